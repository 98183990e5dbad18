package io.offhook.dispatcher.lane;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Map;
import java.util.UUID;

import io.offhook.dispatcher.CallEvents;
import io.offhook.dispatcher.Registry;
import io.offhook.dispatcher.SharedServers;
import io.offhook.dispatcher.endpoint.EndpointRegistry;
import io.offhook.sender.AddressResolver;
import io.offhook.sender.EgressGuard;
import io.offhook.sender.HostLookup;
import io.offhook.sender.WebhookSender;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import io.offhook.testkit.receiver.WebhookReceiver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@ExtendWith(SharedServers.class)
class LanesTest {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    @Test
    void aLaneThatWaitsForTokensHasOneTimerHoweverManyWaitInIt(EmbeddedPostgresServer postgres) throws Exception {
        try (var receiver = WebhookReceiver.start();
                var endpoints = new Registry(postgres, "lanes");
                var registry = new EndpointRegistry(endpoints.jdbc(), endpoints.transactions(), Duration.ofHours(1));
                var sender = new WebhookSender("test",
                        new EgressGuard("127.0.0.0/8", new AddressResolver(HostLookup.system())), Clock.systemUTC());
                var lanes = new Lanes(registry, sender, new LaneSettings(1000, 100, 100_000, 5), new RecordedEvents(),
                        (_, _) -> Duration.ofSeconds(1), Clock.systemUTC())) {
            UUID id = endpoints.addEndpoint(receiver.url("/ok").toString(), Map.of("rate_limit_per_sec", "1"));
            registry.start();
            assertThat(registry.awaitFirst(Duration.ofSeconds(20))).isTrue();
            var endpoint = registry.snapshot().find(id).orElseThrow();
            lanes.offer(endpoint, originate("first", id));
            receiver.ledger().awaitCount(1, LIMIT);
            await().atMost(LIMIT).until(() -> lanes.inFlight() == 0);
            for (int i = 0; i < 500; i++) {
                lanes.offer(endpoint, originate("leg-" + i, id));
            }
            assertThat(lanes.timers()).isLessThanOrEqualTo(1);
            receiver.ledger().awaitCount(2, LIMIT);
        }
    }

    private static RecordedDelivery.Live originate(String uuid, UUID endpoint) {
        return RecordedDelivery.leg(CallEvents.leg(uuid), Collections.synchronizedList(new ArrayList<>()), endpoint)
                .getFirst();
    }
}

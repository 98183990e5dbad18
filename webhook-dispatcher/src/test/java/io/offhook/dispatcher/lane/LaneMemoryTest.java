package io.offhook.dispatcher.lane;

import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.offhook.dispatcher.CallEvents;
import io.offhook.dispatcher.Registry;
import io.offhook.dispatcher.SharedServers;
import io.offhook.dispatcher.endpoint.EndpointRegistry;
import io.offhook.dispatcher.endpoint.RegisteredEndpoint;
import io.offhook.model.CallAction;
import io.offhook.model.CallEventMessage;
import io.offhook.sender.AddressResolver;
import io.offhook.sender.EgressGuard;
import io.offhook.sender.HostLookup;
import io.offhook.sender.WebhookSender;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import io.offhook.testkit.receiver.Answer;
import io.offhook.testkit.receiver.WebhookReceiver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@ExtendWith(SharedServers.class)
class LaneMemoryTest {

    private static final int ENDPOINTS = 10_000;
    private static final int ACTIVE = 100;
    private static final int QUEUE = 256;
    /** The registry's snapshot; a lane, its health and its queue of one that is idle. */
    private static final long BYTES_PER_ENDPOINT = 3_500;
    /** A lane with as many deliveries waiting as it may have. The record of each is shared by all lanes. */
    private static final long BYTES_PER_ACTIVE_LANE = 200_000;

    @Test
    void tenThousandEndpointsOfWhichAHundredAreActiveFitInFiftyFiveMegabytes(EmbeddedPostgresServer postgres)
            throws Exception {
        try (var receiver = WebhookReceiver.start();
                var endpoints = new Registry(postgres, "lane_memory");
                var registry = new EndpointRegistry(endpoints.jdbc(), endpoints.transactions(), Duration.ofHours(1));
                var sender = new WebhookSender("test",
                        new EgressGuard("127.0.0.0/8", new AddressResolver(HostLookup.system())), Clock.systemUTC());
                var lanes = new Lanes(registry, sender,
                        new LaneSettings(QUEUE, Duration.ofHours(1), 2048, 1_000_000, 5),
                        new RecordedEvents(), (_, _) -> Duration.ofSeconds(1), Clock.systemUTC())) {
            receiver.on("/hang", _ -> new Answer.Delayed(Duration.ofHours(1), Answer.ok()));
            endpoints.jdbc().sql("""
                    insert into endpoints (id, tenant, name, url, connection_timeout_sec, request_timeout_sec, events,
                        directions, headers, max_in_flight)
                    select gen_random_uuid(), 'tenant-' || i / 10 || '.example', 'CRM ' || i, :url || '?' || i, 30, 30,
                        '{originate,answer,hangup}', '{inbound,outbound,local}', '{"x-team": "sales"}', 1
                    from generate_series(1, :count) i""").param("url", receiver.url("/hang").toString())
                    .param("count", ENDPOINTS).update();
            endpoints.jdbc().sql("insert into endpoint_secrets (id, endpoint_id, secret) "
                    + "select gen_random_uuid(), id, :secret from endpoints").param("secret", Registry.SECRET).update();
            long before = used();
            registry.start();
            assertThat(registry.awaitFirst(Duration.ofSeconds(20))).isTrue();
            var all = List.copyOf(registry.snapshot().endpoints().values());
            assertThat(all).hasSize(ENDPOINTS);
            all.forEach(lanes::retryCapacity);
            long idle = used() - before;
            assertThat(idle).as("bytes of idle endpoints").isLessThan(ENDPOINTS * BYTES_PER_ENDPOINT);

            fill(lanes, all.subList(0, ACTIVE));
            assertThat(lanes.inFlight()).isEqualTo(ACTIVE);
            assertThat(lanes.waiting()).isEqualTo(ACTIVE * QUEUE);
            assertThat(used() - before - idle).as("bytes of active lanes").isLessThan(ACTIVE * BYTES_PER_ACTIVE_LANE);
        }
    }

    private static void fill(Lanes lanes, List<RegisteredEndpoint> active) {
        var book = new ArrayList<String>();
        for (int i = 0; i <= QUEUE; i++) {
            CallEventMessage shared = CallEvents.of("leg-" + i, CallAction.ORIGINATE);
            for (RegisteredEndpoint endpoint : active) {
                UUID id = endpoint.endpoint().id();
                lanes.offer(endpoint, RecordedDelivery.leg(List.of(shared), book, id).getFirst());
            }
            if (i == 0) {
                // One is under way at each before the others are offered, so that all of those wait.
                await().atMost(Duration.ofSeconds(20)).until(() -> lanes.inFlight() == active.size());
            }
        }
    }

    private static long used() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}

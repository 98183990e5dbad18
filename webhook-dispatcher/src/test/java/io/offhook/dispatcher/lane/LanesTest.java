package io.offhook.dispatcher.lane;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.offhook.dispatcher.CallEvents;
import io.offhook.dispatcher.Registry;
import io.offhook.dispatcher.SharedServers;
import io.offhook.dispatcher.endpoint.EndpointRegistry;
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
class LanesTest {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    @Test
    void aLaneThatWaitsForTokensHasOneTimerHoweverManyWaitInIt(EmbeddedPostgresServer postgres) throws Exception {
        try (var receiver = WebhookReceiver.start();
                var endpoints = new Registry(postgres, "lanes");
                var registry = new EndpointRegistry(endpoints.jdbc(), endpoints.transactions(), Duration.ofHours(1));
                var sender = new WebhookSender("test",
                        new EgressGuard("127.0.0.0/8", new AddressResolver(HostLookup.system())), Clock.systemUTC());
                var lanes = new Lanes(registry, sender, new LaneSettings(1000, Duration.ofHours(1), 100, 100_000, 5),
                        new RecordedEvents(),
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

    /** A thread that reads responses or watches time-outs hands out slots when it ends a delivery, and others wait for it. */
    @Test
    void noThreadIsKeptHoweverMuchThereIsToHandOut(EmbeddedPostgresServer postgres) throws Exception {
        int chain = 2_000;
        try (var receiver = WebhookReceiver.start();
                var endpoints = new Registry(postgres, "kept");
                var registry = new EndpointRegistry(endpoints.jdbc(), endpoints.transactions(), Duration.ofHours(1));
                var sender = new WebhookSender("test",
                        new EgressGuard("127.0.0.0/8", new AddressResolver(HostLookup.system())), Clock.systemUTC());
                var lanes = new Lanes(registry, sender,
                        new LaneSettings(10_000, Duration.ofHours(1), chain, 100_000, 5),
                        new RecordedEvents(), (_, _) -> Duration.ofSeconds(1), Clock.systemUTC())) {
            List<UUID> ids = IntStream.range(0, chain)
                    .mapToObj(_ -> endpoints.addEndpoint(receiver.url("/ok").toString())).toList();
            registry.start();
            assertThat(registry.awaitFirst(LIMIT)).isTrue();
            var startedHere = new AtomicInteger();
            Thread here = Thread.currentThread();
            var next = new AtomicInteger();
            Runnable offerNext = new Runnable() {
                @Override
                public void run() {
                    int number = next.getAndIncrement();
                    if (number < chain) {
                        UUID id = ids.get(number);
                        var first = originate("leg-" + number, id);
                        first.onStart(() -> {
                            if (Thread.currentThread() == here) {
                                startedHere.incrementAndGet();
                            }
                            run();
                        });
                        lanes.offer(registry.snapshot().find(id).orElseThrow(), first);
                    }
                }
            };
            offerNext.run();
            assertThat(startedHere.get()).as("started by the thread that came with the first").isBetween(1, chain / 2);
            receiver.ledger().awaitCount(chain, LIMIT);
        }
    }

    @Test
    void manyReceiversThatAreBehindAreToldFromFewAndFromThoseThatHang(EmbeddedPostgresServer postgres)
            throws Exception {
        try (var receiver = WebhookReceiver.start();
                var endpoints = new Registry(postgres, "backlog");
                var registry = new EndpointRegistry(endpoints.jdbc(), endpoints.transactions(), Duration.ofHours(1));
                var sender = new WebhookSender("test",
                        new EgressGuard("127.0.0.0/8", new AddressResolver(HostLookup.system())), Clock.systemUTC())) {
            receiver.on("/slow", _ -> new Answer.Delayed(Duration.ofMillis(20), Answer.ok()));
            List<UUID> slow = IntStream.range(0, 60)
                    .mapToObj(_ -> endpoints.addEndpoint(receiver.url("/slow").toString(),
                            Map.of("max_in_flight", "1")))
                    .toList();
            UUID hangs = endpoints.addEndpoint(receiver.url("/hang/before/one").toString(),
                    Map.of("request_timeout_sec", "30"));
            registry.start();
            assertThat(registry.awaitFirst(LIMIT)).isTrue();
            assertThat(backlog(registry, sender, slow, 100)).contains(Backlog.OF_MANY);
            assertThat(backlog(registry, sender, slow.subList(0, 3), 2_000)).contains(Backlog.OF_FEW)
                    .doesNotContain(Backlog.OF_MANY);
            assertThat(backlog(registry, sender, slow, 3)).containsOnly(Backlog.LITTLE);
            try (var lanes = lanes(registry, sender)) {
                offer(lanes, registry, hangs, 2_000);
                await().atMost(LIMIT).until(() -> lanes.backlog() == Backlog.LITTLE);
                assertThat(lanes.waiting()).isGreaterThan(1_000);
            }
        }
    }

    /** What is said after each of the offers of so many deliveries to each of these. */
    private static Set<Backlog> backlog(EndpointRegistry registry, WebhookSender sender, List<UUID> receivers,
            int each) {
        try (var lanes = lanes(registry, sender)) {
            Set<Backlog> said = EnumSet.noneOf(Backlog.class);
            for (UUID receiver : receivers) {
                offer(lanes, registry, receiver, each);
                said.add(lanes.backlog());
            }
            return said;
        }
    }

    private static Lanes lanes(EndpointRegistry registry, WebhookSender sender) {
        return new Lanes(registry, sender, new LaneSettings(10_000, Duration.ofHours(1), 100, 100_000, 5),
                new RecordedEvents(),
                (_, _) -> Duration.ofSeconds(1), Clock.systemUTC());
    }

    private static void offer(Lanes lanes, EndpointRegistry registry, UUID endpoint, int count) {
        var registered = registry.snapshot().find(endpoint).orElseThrow();
        for (int i = 0; i < count; i++) {
            lanes.offer(registered, originate("leg-" + i, endpoint));
        }
    }

    private static RecordedDelivery.Live originate(String uuid, UUID endpoint) {
        return RecordedDelivery.leg(CallEvents.leg(uuid), Collections.synchronizedList(new ArrayList<>()), endpoint)
                .getFirst();
    }
}

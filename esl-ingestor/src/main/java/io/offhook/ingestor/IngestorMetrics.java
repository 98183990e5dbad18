package io.offhook.ingestor;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.offhook.ingestor.call.ChannelEvent;
import io.offhook.ingestor.call.LegObserver;
import io.offhook.ingestor.esl.ConnectionState;
import io.offhook.model.CallAction;
import io.offhook.model.CallEvent;

/** What the ingestor counts. Nodes are labels (they are few and named by the operator); tenants and uuids never are. */
final class IngestorMetrics implements LegObserver {

    private static final String NODE = "node";

    private final MeterRegistry registry;
    private final Clock clock;
    private final Timer latency;
    /** By node and name; finding a registered meter costs more than counting. */
    private final Map<String, Map<String, Counter>> events = new ConcurrentHashMap<>();

    IngestorMetrics(MeterRegistry registry, Clock clock) {
        this.registry = registry;
        this.clock = clock;
        this.latency = Timer.builder("offhook.ingestor.latency")
                .description("from the event's date in FreeSWITCH to its acknowledgement by Kafka")
                .publishPercentileHistogram().register(registry);
    }

    void watch(NodeFeed feed, Supplier<Number> lostLegs) {
        gauge("offhook.ingestor.node.up", "1 while events arrive from the node", feed,
                f -> f.state() == ConnectionState.LIVE ? 1 : 0);
        gauge("offhook.ingestor.queue.events", "events read and not yet worked on", feed, NodeFeed::waiting);
        gauge("offhook.ingestor.legs.lost", "legs that FreeSWITCH counts and nobody reported, an estimate", feed,
                _ -> lostLegs.get().doubleValue());
    }

    /** A node that is no longer listened to. */
    void forget(NodeFeed feed) {
        for (String name : List.of("offhook.ingestor.node.up", "offhook.ingestor.queue.events",
                "offhook.ingestor.legs.lost")) {
            registry.find(name).tag(NODE, feed.node()).gauges().forEach(registry::remove);
        }
    }

    private void gauge(String name, String description, NodeFeed feed, ToDoubleFunction<NodeFeed> value) {
        Gauge.builder(name, feed, value).description(description).tag(NODE, feed.node()).register(registry);
    }

    void watch(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
    }

    void heard(String node, String eventName) {
        events.computeIfAbsent(node, _ -> new ConcurrentHashMap<>()).computeIfAbsent(eventName,
                _ -> Counter.builder("offhook.ingestor.events").description("FreeSWITCH events by name").tag(NODE, node)
                        .tag("event", eventName).register(registry))
                .increment();
    }

    void acknowledged(CallEvent event) {
        Counter.builder("offhook.ingestor.published").description("call events acknowledged by Kafka")
                .tag("action", action(event.action())).register(registry).increment();
        long micros = clock.millis() * 1000 - event.atMicros();
        latency.record(Duration.ofNanos(Math.max(0, micros) * 1000));
    }

    private static String action(CallAction action) {
        return action.wireName();
    }

    void gapBegan(String node) {
        counter("offhook.ingestor.gaps", "times that a node was not heard", node).increment();
    }

    void gapEnded(String node, long nanos) {
        counter("offhook.ingestor.gap.seconds", "how long a node was not heard", node).increment(nanos / 1e9);
    }

    void damaged(String node, long count) {
        counter("offhook.ingestor.decode.errors", "damaged places in the stream", node).increment(count);
    }

    @Override
    public void rejectedInvite(ChannelEvent event) {
        counter("offhook.ingestor.rejected.invites", "INVITEs refused before they were calls", event.node())
                .increment();
    }

    @Override
    public void aliveAfterHangup(String node) {
        counter("offhook.ingestor.alive.after.hangup", "legs seen alive after their hangup was published", node)
                .increment();
    }

    @Override
    public void foundMidway(ChannelEvent event) {
        counter("offhook.ingestor.found.midway", "legs first seen in the middle of their life", event.node())
                .increment();
    }

    @Override
    public void reconciled(LegObserver.Reason reason) {
        Counter.builder("offhook.ingestor.reconciled").description("legs of which an event had to be inferred")
                .tag("reason", reason.name().toLowerCase(Locale.ROOT)).register(registry).increment();
    }

    private Counter counter(String name, String description, String node) {
        return Counter.builder(name).description(description).tag(NODE, node).register(registry);
    }
}

package io.offhook.ingestor;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.offhook.ingestor.call.CallEventSink;
import io.offhook.ingestor.call.ChannelEventReader;
import io.offhook.ingestor.call.LegTracker;
import io.offhook.ingestor.call.TenantRules;
import io.offhook.ingestor.call.TrackerTimings;
import io.offhook.ingestor.esl.EslEvent;
import io.offhook.ingestor.publish.LegsTopic;
import org.apache.kafka.common.errors.InterruptException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What a node's events say of the process that sends them. */
class NodeEventsTest {

    private static final String CORE = "core-1";
    private static final String NEXT_CORE = "core-9";
    private static final CallEventSink NOWHERE = (_, _, _, _, _, _) -> {};

    private final IngestorMetrics metrics = new IngestorMetrics(new SimpleMeterRegistry(), Clock.systemUTC());
    /** No broker is asked: what is to be sent waits. */
    private final LegsTopic legsTopic = new LegsTopic("legs",
            new HashMap<>(Map.of("bootstrap.servers", "127.0.0.1:1")));
    private final LegTracker tracker = new LegTracker(NOWHERE, legsTopic, metrics, Clock.systemUTC(),
            new TrackerTimings(Duration.ZERO, Duration.ofMinutes(10), 500_000, Duration.ofSeconds(5),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(30), Duration.ofMinutes(10), Duration.ofSeconds(120)),
            false, _ -> Optional.empty());
    private final NodeEvents events = new NodeEvents(tracker,
            new ChannelEventReader(new TenantRules(List.of(), Map.of())), legsTopic, metrics,
            new SessionCounts(metrics), Map.of(), () -> true);
    private final NodeFeed feed = new NodeFeed("fs1", 100, 1_000_000, new EventMemory(1_000_000, Long.MAX_VALUE),
            new LegThread(tracker, null), events, metrics);

    @AfterEach
    void interruptTheClose() {
        // Nothing was sent, so there is nothing to wait for.
        Thread.currentThread().interrupt();
        try {
            legsTopic.close();
        } catch (InterruptException e) {
            // As meant.
        }
        Thread.interrupted();
    }

    @Test
    void aRestartedNodeThatHasToldNothingYetIsNotTakenForItsDeadCore() throws Exception {
        events.live(feed);
        events.event(feed, heartbeat(CORE));
        events.lost(feed);
        events.live(feed);
        long connected = LegThread.millis();
        assertThat(tracker.knowsCoreSince("fs1", connected + 1)).isFalse();
        // The reconciliation has asked which core answers.
        tracker.heard("fs1", NEXT_CORE, 0, LegThread.millis());
        events.writeHeartbeats();
        assertThat(tracker.coreAt("fs1")).isEqualTo(NEXT_CORE);
    }

    private static EslEvent heartbeat(String core) throws Exception {
        return EslEvent.ofJson("{\"Event-Name\":\"HEARTBEAT\",\"Core-UUID\":\"" + core
                + "\",\"Event-Date-Timestamp\":\"1795374882366319\"}");
    }
}

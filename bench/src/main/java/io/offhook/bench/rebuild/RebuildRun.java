package io.offhook.bench.rebuild;

import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import io.offhook.ingestor.call.CallEventSink;
import io.offhook.ingestor.call.ChannelEvent;
import io.offhook.ingestor.call.LegObserver;
import io.offhook.ingestor.call.LegTracker;
import io.offhook.ingestor.call.TrackerTimings;
import io.offhook.ingestor.publish.LegsTopic;
import io.offhook.ingestor.publish.TopicTail;

/** One rebuild in a fresh JVM, as at an ingestor's start: argument is the broker. */
final class RebuildRun {

    /** Begins the line with the result: seconds, open legs, MiB of heap that they take, events published. */
    static final String RESULT = "rebuilt ";

    private RebuildRun() {}

    public static void main(String[] arguments) {
        long before = usedHeap();
        long begin = System.nanoTime();
        try (var legs = new LegsTopic(LegStock.TOPICS.callLegs(), LegStock.client(arguments[0]));
                var tail = new TopicTail(LegStock.TOPICS, LegStock.client(arguments[0]), legs)) {
            var published = new AtomicInteger();
            LegTracker tracker = tracker(legs, published);
            // As io.offhook.ingestor.Ingestor does at its start.
            tail.rebuild(entry -> {
                switch (entry) {
                    case TopicTail.LegWritten written -> {
                        legs.adopt(written.leg());
                        tracker.onJournal(written.leg(), millis());
                    }
                    case TopicTail.CoreHeard heard -> tracker.heardElsewhere(heard.core(), heard.heartbeat().node(),
                            heard.heartbeat().heartbeatAt(), heard.agoMillis(), millis());
                    case TopicTail.Published event -> tracker.onTopic(event.event(), millis());
                }
            }, () -> false);
            tracker.resume(millis());
            double seconds = (System.nanoTime() - begin) / 1e9;
            long used = usedHeap() - before;
            System.out.printf(Locale.ROOT, RESULT + "%.3f %d %d %d%n", seconds, tracker.openLegs(), used >> 20,
                    published.get());
        }
    }

    private static LegTracker tracker(LegsTopic legs, AtomicInteger published) {
        CallEventSink sink = (_, _, _, _, _, _) -> published.incrementAndGet();
        LegObserver observer = new LegObserver() {
            @Override
            public void rejectedInvite(ChannelEvent event) {}

            @Override
            public void aliveAfterHangup(String node) {}

            @Override
            public void foundMidway(ChannelEvent event) {}

            @Override
            public void reconciled(LegObserver.Reason reason) {}
        };
        // The ingestor's own when nothing is set.
        var timings = new TrackerTimings(Duration.ofMillis(250), Duration.ofMinutes(10), 500_000, Duration.ofSeconds(5),
                Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofMinutes(10), Duration.ofMinutes(2));
        return new LegTracker(sink, legs, observer, Clock.systemUTC(), timings, false, _ -> Optional.empty());
    }

    private static long millis() {
        return System.nanoTime() / 1_000_000;
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}

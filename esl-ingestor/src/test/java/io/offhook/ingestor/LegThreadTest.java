package io.offhook.ingestor;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.offhook.ingestor.call.LegJournal;
import io.offhook.ingestor.call.LegTracker;
import io.offhook.ingestor.call.OpenLeg;
import io.offhook.ingestor.call.TrackerTimings;
import io.offhook.ingestor.publish.TopicLookup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LegThreadTest {

    private final LegTracker tracker = new LegTracker((_, _, _, _, _, _) -> {}, new Unwritten(),
            new IngestorMetrics(new SimpleMeterRegistry(), Clock.systemUTC()), Clock.systemUTC(),
            new TrackerTimings(Duration.ZERO, Duration.ofMinutes(10), 500_000, Duration.ofSeconds(5),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(30), Duration.ofMinutes(10), Duration.ofSeconds(120)),
            false, _ -> Optional.empty());
    /** Never asked. */
    private final TopicSearch search = new TopicSearch(
            new TopicLookup("events", Map.of("bootstrap.servers", "127.0.0.1:1")));
    private final LegThread legs = new LegThread(tracker, search);

    @AfterEach
    void stop() throws Exception {
        legs.stop(1000);
        search.stop();
    }

    @Test
    void whoAsksWhatCannotBeAnsweredIsToldSo() {
        legs.start();
        CompletableFuture<List<String>> answer = legs.ask(() -> {
            throw new IllegalStateException("a bug");
        });
        assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("a bug");
    }

    private static final class Unwritten implements LegJournal {
        @Override
        public void write(OpenLeg leg) {}

        @Override
        public void ending(String uuid) {}

        @Override
        public void ended(String uuid) {}
    }
}

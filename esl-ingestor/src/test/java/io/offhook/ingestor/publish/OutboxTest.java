package io.offhook.ingestor.publish;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The ways of events with a real spool and a producer played by the test. */
class OutboxTest {

    private static final long PATIENCE_SECONDS = 30;

    @TempDir
    private Path dir;

    private SpoolSettings settings;
    private Spool spool;
    private Outbox outbox;

    @BeforeEach
    void open() {
        settings = Events.settings(dir);
        spool = new Spool(settings, InstantSource.system());
        outbox = new Outbox(settings, spool);
    }

    @AfterEach
    void close() {
        spool.close();
    }

    @Test
    void whatIsInMemoryStandsInFrontOfTheSpoolAndWhatTheProducerHadIsKnownToBeDone() throws Exception {
        put("a", "b", "c");
        OutboxMemory.Entry taken = outbox.take();
        awaitAway();
        put("d");
        assertThat(outbox.unacknowledged()).as("the producer has it").isEqualTo(1);
        assertThat(outbox.awaitReplay()).as("it may still be acknowledged").isFalse();
        outbox.completed(taken, true, null);
        assertThat(outbox.awaitReplay()).isTrue();
        assertThat(outbox.isDone(taken.event().message().id())).isTrue();
        assertThat(drain()).containsExactly("a", "b", "c", "d");
    }

    @Test
    void holdsWhatComesBehindTheLastReplayAndThenGoesDirectly() throws Exception {
        put("a");
        awaitAway();
        outbox.beginToCatchUp();
        put("b");
        assertThat(spool.events()).isEqualTo(1);
        assertThat(drain()).containsExactly("a");
        outbox.replayed();
        assertThat(outbox.take().event().message().uuid()).isEqualTo("b");
    }

    @Test
    void aReplayThatFailsSendsWhatWasHeldBehindTheRest() throws Exception {
        put("a");
        awaitAway();
        outbox.beginToCatchUp();
        put("b", "c");
        outbox.replayFailed("Kafka has gone again");
        put("d");
        assertThat(outbox.unacknowledged()).isZero();
        assertThat(drain()).containsExactly("a", "b", "c", "d");
    }

    @Test
    void aFailureThatMayBeMendedSendsTheEventAndAllBehindItToTheSpool() throws Exception {
        put("a", "b", "c");
        OutboxMemory.Entry first = outbox.take();
        OutboxMemory.Entry second = outbox.take();
        outbox.completed(first, false, "no authorisation");
        outbox.completed(second, true, null);
        assertThat(outbox.isDone(first.event().message().id())).isFalse();
        assertThat(outbox.isDone(second.event().message().id())).isTrue();
        assertThat(drain()).containsExactly("a", "b", "c");
    }

    @Test
    void settledWaitsForWhatCameBeforeAndNotForWhatComesAfter() throws Exception {
        assertThat(outbox.settled()).isDone();
        put("a", "b");
        OutboxMemory.Entry a = outbox.take();
        OutboxMemory.Entry b = outbox.take();
        CompletableFuture<Void> both = outbox.settled();
        put("c");
        outbox.completed(b, true, null);
        assertThat(both).isNotDone();
        outbox.completed(a, true, null);
        assertThat(both).isCompleted();
        assertThat(outbox.settled()).as("nothing but the test takes c").isNotDone();
        awaitAway();
        outbox.settled().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void whatIsNotAcknowledgedInTimeGoesToTheSpoolAtTheEnd() throws Exception {
        put("a", "b");
        outbox.take();
        outbox.close(0);
        assertThat(outbox.hasRoom(1)).isFalse();
        spool.close();
        spool = new Spool(settings, InstantSource.system());
        assertThat(drain()).containsExactly("a", "b");
    }

    @Test
    void anInterruptedEndStillKeepsEverything() throws Exception {
        put("a");
        var ending = Thread.ofPlatform().start(() -> {
            Thread.currentThread().interrupt();
            try {
                outbox.close(TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(ending.join(Duration.ofSeconds(PATIENCE_SECONDS))).isTrue();
        assertThat(drain()).containsExactly("a");
    }

    @Test
    void memoryIsBoundedByCountAndByItsShareOfTheSpool() throws Exception {
        for (int i = 0; i < 5_000 && spool.events() == 0; i++) {
            assertThat(outbox.hasRoom(CallEventPublisher.EVENTS_AT_ONCE)).isTrue();
            put("u" + i);
        }
        assertThat(spool.events()).as("memory was full").isPositive();
        assertThat(spool.bytes()).isLessThanOrEqualTo(settings.maxBytes() / 4 + OutgoingEvent.MAX_BYTES);
    }

    private void put(String... uuids) throws InterruptedException {
        for (String uuid : uuids) {
            outbox.put(Events.outgoing(uuid));
        }
    }

    private void awaitAway() {
        await().until(() -> {
            outbox.checkAge();
            return spool.events() > 0;
        });
    }

    private List<String> drain() throws IOException {
        var uuids = new ArrayList<String>();
        while (spool.events() > 0) {
            SpoolReader.Batch batch = spool.peek(2, 1_000_000);
            batch.events().forEach(event -> uuids.add(event.message().uuid()));
            spool.drop(batch);
        }
        return uuids;
    }
}

package io.offhook.ingestor.publish;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.offhook.model.EventId;
import io.offhook.runtime.RecordRefusal;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Empties the spool into the topic, in its order, without what the topic has already (R2). Also looks at the age of memory. */
final class OutboxReplay implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(OutboxReplay.class);
    /**
     * A look-up reads again what the replay itself has published before, so the work grows with the square of the number of batches.
     * One GiB is about 1.3 million events: 130 batches, which read 85 million records; at 180,000 records/s (broker and replay on two
     * cores) that is 8 minutes. In batches of 500 it would be 20 times as much.
     */
    private static final int BATCH_EVENTS = 10_000;
    private static final int BATCH_BYTES = 8 * 1024 * 1024;
    private static final long RETRY_MILLIS = 1_000;
    private static final long LOOK_AGAIN_MILLIS = 100;

    private final Outbox outbox;
    private final Spool spool;
    private final EventProducer producer;
    private final TopicLookup lookup;
    private final Completion completion;
    private final Duration awayAfter;
    private String lastFailure;
    private boolean kafkaAnswers;

    /** What becomes of an event. */
    interface Completion {
        /** The topic has it. */
        void acknowledged(OutgoingEvent event);

        /** The topic refuses it for good. */
        void rejected(OutgoingEvent event, Exception failure);
    }

    OutboxReplay(Outbox outbox, Spool spool, EventProducer producer, TopicLookup lookup,
            Completion completion, Duration awayAfter) {
        this.outbox = outbox;
        this.spool = spool;
        this.producer = producer;
        this.lookup = lookup;
        this.completion = completion;
        this.awayAfter = awayAfter;
    }

    /** Runs until it is interrupted, and closes the look-up then. */
    @Override
    public void run() {
        try (lookup) {
            while (!Thread.interrupted()) {
                outbox.checkAge();
                if (outbox.awaitReplay()) {
                    tryNext();
                }
            }
        } catch (InterruptedException e) {
            log.debug("replay stopped");
        }
    }

    private void tryNext() throws InterruptedException {
        try {
            // Not at the first try: while Kafka may still be away what comes has to go to the disk.
            if (kafkaAnswers) {
                outbox.beginToCatchUp();
            }
            next();
            kafkaAnswers = true;
            lastFailure = null;
        } catch (IOException | RuntimeException e) {
            // Nothing was dropped: the same events come again, and are looked up again.
            String failure = e.toString();
            if (!failure.equals(lastFailure)) {
                log.warn("the spool cannot be emptied now, trying again every {} ms: {}", RETRY_MILLIS, failure);
            }
            lastFailure = failure;
            kafkaAnswers = false;
            outbox.replayFailed(failure);
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        }
    }

    private void next() throws IOException, InterruptedException {
        SpoolReader.Batch batch = spool.peek(BATCH_EVENTS, BATCH_BYTES);
        List<OutgoingEvent> events = batch.events().stream().filter(event -> !outbox.isDone(event.message().id()))
                .toList();
        List<Exception> results = await(send(events, find(events)));
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) == null) {
                completion.acknowledged(events.get(i));
            } else {
                completion.rejected(events.get(i), results.get(i));
            }
        }
        spool.drop(batch);
        outbox.replayed();
    }

    private List<CompletableFuture<Exception>> send(List<OutgoingEvent> events, Set<EventId> there) {
        var results = new ArrayList<CompletableFuture<Exception>>(events.size());
        for (OutgoingEvent event : events) {
            var result = new CompletableFuture<Exception>();
            results.add(result);
            // An event that two ingestors left is there once the first of them is sent.
            if (there.add(event.message().id())) {
                producer.send(event.message(), result::complete);
            } else {
                result.complete(null);
            }
        }
        return results;
    }

    private Set<EventId> find(List<OutgoingEvent> events) throws InterruptedException {
        Map<String, Long> since = new HashMap<>();
        events.forEach(event -> since.merge(event.message().uuid(), event.sinceMillis(), Math::min));
        Set<EventId> there = new HashSet<>();
        lookup.find(since).values().forEach(found -> found.forEach(message -> there.add(message.id())));
        return there;
    }

    /** @return by event {@code null}, or why it is refused; in any other case the whole batch has failed */
    private List<Exception> await(List<CompletableFuture<Exception>> results) throws InterruptedException {
        var failures = new ArrayList<Exception>(results.size());
        for (CompletableFuture<Exception> result : results) {
            Exception failure = await(result);
            if (failure != null && !RecordRefusal.isFinal(failure)) {
                // Such a failure may have ended the producer for good.
                producer.renew();
                throw new KafkaException("the topic did not take a spooled event", failure);
            }
            failures.add(failure);
        }
        return failures;
    }

    private Exception await(CompletableFuture<Exception> result) throws InterruptedException {
        long begun = System.nanoTime();
        while (true) {
            try {
                return result.get(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                // Kafka takes its time; if it has gone again, what is held in memory must not wait for it.
                if (System.nanoTime() - begun > awayAfter.toNanos()) {
                    outbox.replayFailed("nothing was acknowledged for " + awayAfter.toMillis() + " ms");
                }
            } catch (ExecutionException e) {
                throw new IllegalStateException("results are never failures", e);
            }
        }
    }
}

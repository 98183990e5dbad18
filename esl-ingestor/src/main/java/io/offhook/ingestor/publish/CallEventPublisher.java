package io.offhook.ingestor.publish;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.offhook.ingestor.call.CallEventSink;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import io.offhook.runtime.InvalidSettingException;
import io.offhook.runtime.RecordRefusal;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Call events into the topic, in the order they come, none skipped. While Kafka is away they go to memory and then to a spool on the
 * disk, which is replayed when it is back (see {@link Outbox}); what an ingestor before left there comes first. SIGKILL while Kafka is
 * away loses at most what is younger than the away threshold and an fsync interval; 5 s if Kafka goes in the moment in which the last
 * of the spool is looked for.
 *
 * <p>Heap: at most {@code memoryEvents} events on the way to Kafka, twice that on the way to the disk, and a batch of 8 MiB being
 * replayed. Threads: a sender, a writer, a replay, and Kafka's own.
 */
public final class CallEventPublisher implements CallEventSink, AutoCloseable {

    /** What one FreeSWITCH event makes at most: originate, answer and hangup of a leg that was not known. */
    public static final int EVENTS_AT_ONCE = 3;

    private static final Logger log = LoggerFactory.getLogger(CallEventPublisher.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);
    /** What is under way then is in the spool too, or acknowledged. */
    private static final Duration END_TIMEOUT = Duration.ofSeconds(1);
    /** Clocks of FreeSWITCH, of this machine and of the broker may differ by that much. */
    private static final long CLOCKS_MILLIS = 60_000;

    private final InstantSource clock;
    private final CallEventBody body = new CallEventBody();
    private final EventProducer producer;
    private final Spool spool;
    private final Outbox outbox;
    private final Thread sender = Thread.ofPlatform().name("events-sender").daemon().unstarted(this::send);
    private final Thread replay;
    private final AtomicLong rejected = new AtomicLong();
    private final AtomicReference<String> lastRejection = new AtomicReference<>();
    private final Consumer<CallEvent> acknowledged;

    /**
     * @param producerProperties connection properties of the Kafka producer; what durability needs is set here
     * @param consumerProperties connection properties of the Kafka consumer that looks for spooled events in the topic
     * @param acknowledged learns of every event that the topic has, also if another has published it; once per event and process,
     *        in the order of each leg, on threads of this publisher, which it must not hold up
     * @throws InvalidSettingException when the spool's folder cannot be used
     */
    public CallEventPublisher(String topic, Map<String, Object> producerProperties,
            Map<String, Object> consumerProperties, SpoolSettings settings, InstantSource clock,
            Consumer<CallEvent> acknowledged) {
        this.clock = clock;
        this.acknowledged = acknowledged;
        this.spool = new Spool(settings, clock);
        this.producer = new EventProducer(topic, producerProperties);
        this.outbox = new Outbox(settings, spool);
        var lookup = new TopicLookup(topic, consumerProperties);
        this.replay = Thread.ofPlatform().name("events-replay").daemon()
                .unstarted(new OutboxReplay(outbox, spool, producer, lookup, new Completion(), settings.awayAfter()));
        sender.start();
        replay.start();
    }

    /** As the method below, for an event that cannot be in the topic since longer than a minute before its own time. */
    @Override
    public void publish(EventId id, CallEvent event, String node, String tenant, String callId, boolean reconciled) {
        publish(id, event, node, tenant, callId, reconciled,
                Math.min(event.atMicros() / 1000, clock.millis()) - CLOCKS_MILLIS);
    }

    /**
     * Hands an event over. Never waits for Kafka or the disk, unless memory and spool are full: see {@link #hasRoom}.
     *
     * @param sinceMillis append time, in ms since the epoch, before which the topic cannot hold the event; from there it is looked
     *        for if it has to go through the spool
     * @throws InterruptException when interrupted while there is no room; the event is not taken then
     */
    public void publish(EventId id, CallEvent event, String node, String tenant, String callId, boolean reconciled,
            long sinceMillis) {
        var message = CallEventMessage.of(id, event, node, tenant, callId, reconciled, body.encode(event));
        try {
            outbox.put(new OutgoingEvent(message, event, sinceMillis));
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /**
     * Whether the next {@value #EVENTS_AT_ONCE} events will be taken without a wait, however large they are (80 KiB each at most).
     * Asked by the one thread that publishes. False when the spool has less than 240 KiB left, when its writer is behind by twice
     * {@code memoryEvents}, or when the disk fails and memory has no room for them.
     */
    public boolean hasRoom() {
        return outbox.hasRoom(EVENTS_AT_ONCE);
    }

    /**
     * Completes once every event handed over before this call is acknowledged, refused for good, or on disk; on a thread of this
     * publisher, which what depends on it must not hold up. Fails when the publisher ends before that.
     */
    public CompletableFuture<Void> settled() {
        return outbox.settled();
    }

    private void send() {
        try {
            while (true) {
                OutboxMemory.Entry entry = outbox.take();
                producer.send(entry.event().message(), failure -> onCompletion(entry, failure));
            }
        } catch (InterruptedException e) {
            log.debug("sender stopped");
        }
    }

    private void onCompletion(OutboxMemory.Entry entry, Exception failure) {
        // With retries without end a failure is one that no retry mends: a refused event, a broken authorisation, or the end.
        boolean done = failure == null || RecordRefusal.isFinal(failure);
        try {
            if (failure == null) {
                new Completion().acknowledged(entry.event());
            } else if (done) {
                new Completion().rejected(entry.event(), failure);
            }
        } finally {
            outbox.completed(entry, done, String.valueOf(failure));
        }
    }

    private final class Completion implements OutboxReplay.Completion {

        @Override
        public void acknowledged(OutgoingEvent event) {
            acknowledged.accept(event.event());
        }

        @Override
        public void rejected(OutgoingEvent event, Exception failure) {
            rejected.incrementAndGet();
            String reason = failure.toString();
            if (!reason.equals(lastRejection.getAndSet(reason))) {
                log.error("event {} is refused by the topic: {}", event.message().id(), reason);
            }
        }
    }

    /** What waits on disk may say what somebody is about to infer. */
    @Override
    public boolean caughtUp() {
        return spooledEvents() == 0;
    }

    /** Events in memory that the broker has not acknowledged; those that wait in the spool alone are not among them. */
    public long unacknowledged() {
        return outbox.unacknowledged();
    }

    /** How long the oldest of them has waited; zero without one. */
    public Duration oldestUnacknowledged() {
        return Duration.ofNanos(outbox.oldestNanos());
    }

    /** Events that the broker will never accept. */
    public long rejected() {
        return rejected.get();
    }

    /** Events in the spool that are not replayed yet. */
    public long spooledEvents() {
        return spool.events();
    }

    /** What the spool takes on the disk, in bytes; a file is deleted once all of it is replayed. */
    public long spoolBytes() {
        return spool.bytes();
    }

    /** Damaged places found in the spool's files. */
    public long spoolDamaged() {
        return spool.damaged();
    }

    /** How often the spool could not be written. */
    public long spoolFailures() {
        return spool.failures();
    }

    /** Waits for what is under way, 20 s at most; what is not acknowledged then is on disk for the next start. */
    @Override
    public void close() {
        try {
            outbox.close(CLOSE_TIMEOUT.toNanos());
            replay.interrupt();
            sender.interrupt();
            producer.close(END_TIMEOUT);
            sender.join(END_TIMEOUT);
            replay.join(END_TIMEOUT);
        } catch (InterruptedException e) {
            // In a hurry: what is not acknowledged has gone to the spool all the same.
            Thread.currentThread().interrupt();
        }
        spool.close();
        outbox.abandon();
        if (spool.events() > 0) {
            log.warn("{} events wait in the spool for the next start", spool.events());
        }
    }
}

package io.offhook.dispatcher.replay;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.offhook.dispatcher.endpoint.EndpointRegistry;
import io.offhook.model.CallDirection;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import io.offhook.model.NotACallEventException;
import io.offhook.runtime.events.EventTopic;
import io.offhook.runtime.events.PartitionRange;
import io.offhook.runtime.events.PartitionReader;
import io.offhook.runtime.events.ReadRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** One dispatcher's turn at a replay: partition after partition from where the turn before ended, one event at a time. */
final class ReplayRun implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(ReplayRun.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long STEP_MILLIS = 100;
    private static final long KAFKA_AGAIN_MILLIS = 1_000;

    private final ClaimedReplay replay;
    private final ReplayStore store;
    private final ReplayBooks books;
    private final EndpointRegistry registry;
    private final Supplier<EventTopic> topics;
    private final String retryTopic;
    private final ReplaySender sender;
    private final CallEventBody body = new CallEventBody();
    private HandedOffLegs legs;
    private int legsOf = -1;

    /** @param topics opens the events topic */
    ReplayRun(ClaimedReplay replay, ReplayStore store, ReplayBooks books, EndpointRegistry registry,
            Supplier<EventTopic> topics, String retryTopic, ReplaySender sender) {
        this.replay = replay;
        this.store = store;
        this.books = books;
        this.registry = registry;
        this.topics = topics;
        this.retryTopic = retryTopic;
        this.sender = sender;
    }

    @Override
    public void run() {
        try {
            readAll();
            books.save();
            store.end(replay, null);
            log.info("replay {} to endpoint {} is complete", replay.id(), replay.endpointId());
        } catch (RunEnded e) {
            ended(e.why());
        } catch (DataAccessException | TransactionException e) {
            // Not the replay's fault: its lease runs out, and it is taken up again.
            throw e;
        } catch (RuntimeException e) {
            log.error("replay {} to endpoint {} failed", replay.id(), replay.endpointId(), e);
            store.end(replay, "unexpected; the dispatcher's log tells more");
        }
    }

    private void ended(RunEnded.Why why) {
        switch (why) {
            case ENDPOINT_DELETED -> {
                books.save();
                store.end(replay, "endpoint_deleted");
            }
            case LEFT -> {
                books.save();
                store.release(replay);
            }
            case OVER -> {
                log.info("replay {} is cancelled, or another dispatcher's now", replay.id());
                // How far it came until it was cancelled; refused when it is another's.
                books.save();
            }
        }
    }

    /** Kafka away is waited for; whatever is not settled is read again. */
    private void readAll() {
        while (true) {
            try (EventTopic topic = topics.get()) {
                for (PartitionProgress part : partitions(topic)) {
                    if (!books.of(part.partition()).isDone()) {
                        read(topic, part.partition());
                    }
                }
                return;
            } catch (InterruptException e) {
                throw new RunEnded(RunEnded.Why.OVER);
            } catch (KafkaException e) {
                log.warn("replay {} waits for Kafka: {}", replay.id(), e.getMessage());
                books.pause(WaitsFor.KAFKA, KAFKA_AGAIN_MILLIS);
            }
        }
    }

    private List<PartitionProgress> partitions(EventTopic topic) {
        List<PartitionProgress> known = store.partitions(replay);
        if (known.isEmpty()) {
            known = topic.find(replay.range()).stream().map(range -> new PartitionProgress(range.partition(),
                    range.start(), range.start(), range.end(), replay.from())).toList();
            if (!store.begin(replay, known)) {
                throw new RunEnded(RunEnded.Why.OVER);
            }
        }
        if (known.stream().allMatch(part -> books.of(part.partition()) == null)) {
            books.open(known);
        }
        return known;
    }

    private void read(EventTopic topic, int partition) {
        recallLegs(topic, partition);
        PartitionProgress part = books.of(partition);
        PartitionReader reader = topic.read(new PartitionRange(partition, part.start(), part.start(), part.end())
                .resumedAt(part.next(), topic.learnFrom(partition, part.readTo())));
        Instant readTo = part.readTo();
        while (!reader.isDone()) {
            for (ReadRecord read : reader.poll(POLL)) {
                take(read);
                ConsumerRecord<byte[], byte[]> record = read.record();
                readTo = Instant.ofEpochMilli(record.timestamp());
                books.reached(partition, record.offset() + 1, readTo);
                books.goOn();
            }
            books.goOn();
        }
        // Past what retention or a transaction marker left out at its end.
        books.reached(partition, part.end(), readTo);
    }

    /**
     * What earlier turns handed off in a partition that is begun is asked of PostgreSQL, once the persister has come to the end of the
     * retry topic's partition: keys and partition counts of both topics are the same.
     */
    private void recallLegs(EventTopic topic, int partition) {
        if (legsOf == partition) {
            return;
        }
        List<String> known = List.of();
        if (!replay.dryRun() && books.failed() > 0 && books.of(partition).isBegun()) {
            long end = topic.endOf(retryTopic, partition);
            while (registry.snapshot().persistedTo(partition) < end) {
                books.pause(WaitsFor.KAFKA, STEP_MILLIS);
            }
            known = store.openLegs(replay, HandedOffLegs.MAX + 1);
        }
        legs = new HandedOffLegs(known);
        legsOf = partition;
    }

    private void take(ReadRecord read) {
        if (read.duplicate()) {
            return;
        }
        CallEventMessage message;
        CallDirection direction;
        try {
            ConsumerRecord<byte[], byte[]> record = read.record();
            message = CallEventCodec.fromRecord(record.key(), record.value(), record.headers());
            direction = body.directionOf(record.value()).orElse(null);
        } catch (NotACallEventException e) {
            // Somebody else's record, which was logged when it was read live.
            return;
        }
        if (isMeant(message, direction)) {
            if (replay.dryRun()) {
                books.counted();
            } else {
                sender.deliver(message, legs);
            }
        }
        legs.passed(message);
    }

    private boolean isMeant(CallEventMessage message, CallDirection direction) {
        return replay.uuid().map(message.uuid()::equals).orElse(true)
                && replay.action().map(message.action()::equals).orElse(true)
                && sender.endpoint().endpoint().subscribesTo(message, direction);
    }

    /** Waits for what comes from another thread, and does something every now and then meanwhile. */
    static <T> T await(CompletableFuture<T> future, Runnable meanwhile) {
        while (true) {
            try {
                return future.get(STEP_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                meanwhile.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RunEnded(RunEnded.Why.OVER);
            } catch (ExecutionException e) {
                throw new IllegalStateException("nobody ends these with a failure", e);
            }
        }
    }
}

package io.offhook.api.call;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * A member of the projector's group: a thread that reads its partitions of the events topic and has each batch written. Where a
 * partition is read from its books in PostgreSQL say, once they can be read; until then it is paused. The books are looked at each
 * second, so that a partition which is to be read anew is, also when nothing new comes in it. The offsets that go to Kafka only show
 * how far it is.
 */
final class CallProjector implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(CallProjector.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration BROKER_ANSWER = Duration.ofSeconds(10);
    /** Between two looks at the books, and before something that failed is tried again. */
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    /** A batch that is not written by then is read again. */
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);

    private final String topic;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final CallProjection projection;
    private final ProjectorBooks books;
    private final ProjectorMetrics metrics;
    private final Thread thread = Thread.ofPlatform().daemon().name("call-projector").unstarted(this::run);
    private volatile boolean closing;

    private volatile Consumer<byte[], byte[]> consumer;
    /** Partitions that are read, and where their books stand as far as this member knows. */
    private final Map<TopicPartition, Long> placed = new HashMap<>();
    /** Partitions that wait, paused, until their books are read. */
    private final Set<TopicPartition> unplaced = new HashSet<>();
    private long heldUntil = System.nanoTime();
    private long booksSeenAt = System.nanoTime();
    private boolean complained;

    /** @param consumers makes the consumer that the thread owns */
    CallProjector(String topic, Supplier<Consumer<byte[], byte[]>> consumers, CallProjection projection,
            ProjectorBooks books, ProjectorMetrics metrics) {
        this.topic = topic;
        this.consumers = consumers;
        this.projection = projection;
        this.books = books;
        this.metrics = metrics;
    }

    /** Once topic and schema are there. */
    void start() {
        thread.start();
    }

    private void run() {
        consumer = consumers.get();
        consumer.subscribe(List.of(topic), new Assignment());
        while (!closing) {
            try {
                turn();
            } catch (WakeupException e) {
                log.debug("woken up to end");
            } catch (BooksMovedException e) {
                // Another member has written on, or a rebuild was asked for: the books say where to begin.
                unplaceAll();
            } catch (DataAccessException | TransactionException | KafkaException e) {
                hold(e);
            } catch (RuntimeException e) {
                log.error("events cannot be brought into the table of calls, trying again", e);
                hold(e);
            }
        }
        consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    }

    private void turn() {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        if (System.nanoTime() - heldUntil < 0) {
            return;
        }
        place();
        consumer.resume(placed.keySet());
        if (!records.isEmpty()) {
            project(records);
        }
        if (System.nanoTime() - booksSeenAt > SECOND) {
            checkBooks();
        }
        metrics.behind.set(placed.keySet().stream().mapToLong(p -> consumer.currentLag(p).orElse(0)).sum());
        complained = false;
    }

    private void project(ConsumerRecords<byte[], byte[]> records) {
        Map<Integer, Long> from = new HashMap<>();
        Map<Integer, Long> to = new HashMap<>();
        Map<TopicPartition, OffsetAndMetadata> commit = new HashMap<>();
        for (TopicPartition partition : records.partitions()) {
            List<ConsumerRecord<byte[], byte[]>> ofPartition = records.records(partition);
            long next = ofPartition.getLast().offset() + 1;
            from.put(partition.partition(), placed.get(partition));
            to.put(partition.partition(), next);
            commit.put(partition, new OffsetAndMetadata(next));
        }
        var all = new ArrayList<ConsumerRecord<byte[], byte[]>>(records.count());
        records.forEach(all::add);
        projection.project(all, from, to);
        commit.forEach((partition, next) -> placed.put(partition, next.offset()));
        consumer.commitAsync(commit, (_, failure) -> {
            if (failure != null) {
                log.debug("offsets, which only show how far the projector is, were not committed", failure);
            }
        });
    }

    /** Begins partitions where their books stand. */
    private void place() {
        if (unplaced.isEmpty()) {
            return;
        }
        Map<Integer, Long> standing = books.open(unplaced.stream().map(TopicPartition::partition).toList());
        Map<TopicPartition, Long> first = consumer.beginningOffsets(unplaced, BROKER_ANSWER);
        Map<TopicPartition, Long> end = consumer.endOffsets(unplaced, BROKER_ANSWER);
        for (TopicPartition partition : Set.copyOf(unplaced)) {
            long next = standing.get(partition.partition());
            if (next > end.get(partition)) {
                log.warn(
                        "{} ends at {}, before what the table of calls has of it ({}): a topic made anew, which is read"
                                + " from its beginning",
                        partition, end.get(partition), next);
                books.reset(partition.partition(), next);
                next = 0;
            }
            long missed = first.get(partition) - next;
            if (next > 0 && missed > 0) {
                metrics.gone.increment(missed);
                log.error("{} records of {} were gone before they were in the table of calls", missed, partition);
            }
            consumer.seek(partition, Math.max(next, first.get(partition)));
            unplaced.remove(partition);
            placed.put(partition, next);
        }
    }

    private void checkBooks() {
        Map<Integer, Long> standing = books.read(placed.keySet().stream().map(TopicPartition::partition).toList());
        booksSeenAt = System.nanoTime();
        Set<TopicPartition> moved = placed.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(standing.get(entry.getKey().partition())))
                .map(Map.Entry::getKey).collect(Collectors.toSet());
        unplace(moved);
    }

    private void unplaceAll() {
        unplace(Set.copyOf(placed.keySet()));
    }

    private void unplace(Collection<TopicPartition> partitions) {
        placed.keySet().removeAll(partitions);
        unplaced.addAll(partitions);
        consumer.pause(partitions);
    }

    /** What was read and not written is read again, once PostgreSQL, or the broker, may be there again; polling goes on meanwhile. */
    private void hold(RuntimeException failure) {
        if (!complained) {
            log.warn("the table of calls falls behind, trying again every second: {}",
                    NestedExceptionUtils.getMostSpecificCause(failure).getMessage());
            complained = true;
        }
        heldUntil = System.nanoTime() + SECOND;
        unplaceAll();
    }

    private final class Assignment implements ConsumerRebalanceListener {

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            unplaced.addAll(partitions);
            consumer.pause(partitions);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            placed.keySet().removeAll(partitions);
            unplaced.removeAll(partitions);
        }
    }

    @Override
    public void close() {
        closing = true;
        Consumer<byte[], byte[]> reading = consumer;
        if (reading != null) {
            reading.wakeup();
        }
        try {
            thread.join(CLOSE_LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

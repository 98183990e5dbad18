package io.offhook.dispatcher.live;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.dispatcher.endpoint.EndpointRegistry;
import io.offhook.dispatcher.lane.Lanes;
import io.offhook.dispatcher.retry.HandOffs;
import io.offhook.dispatcher.retry.RetryTail;
import io.offhook.model.Topics;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the events topic and keeps the group's offsets: one thread, which never waits for a receiver or for PostgreSQL. A raw
 * consumer, since no framework settles records out of order without pausing the partition.
 */
public final class LiveLoop implements ConsumerRebalanceListener {

    private static final Logger log = LoggerFactory.getLogger(LiveLoop.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final long STEP_MILLIS = 10;
    /** A small part of the time for which enough work lasts. */
    private static final long NEED_STEP_MILLIS = 2;
    /** For what may block on a broker that is away: partitions keep what they have, and the end keeps within its grace period. */
    private static final Duration BROKER_TIMEOUT = Duration.ofSeconds(3);
    /** Reading goes on when a fifth of the bound is free, so that it does not stop and go at every record. */
    private static final double RESUME_AT = 0.8;

    private final Topics topics;
    private final Consumer<byte[], byte[]> consumer;
    private final EndpointRegistry registry;
    private final Lanes lanes;
    private final RetryTail retryTail;
    private final LiveMetrics metrics;
    private final EventIntake intake;
    private final LiveSettings settings;
    private final Map<Integer, OwnedPartition> owned = new ConcurrentHashMap<>();
    private final Map<Integer, OffsetAndMetadata> committed = new HashMap<>();
    private final Thread thread = Thread.ofPlatform().name("live-loop").unstarted(this::run);
    private long nextCommitNanos = System.nanoTime();
    private final ReadPace pace;
    private boolean full;
    private int allPartitions;
    private volatile boolean stopping;
    private volatile boolean finished;

    /** @param consumer a member of the dispatchers' group that has subscribed to nothing, from now on the loop's */
    public LiveLoop(Topics topics, Consumer<byte[], byte[]> consumer, EndpointRegistry registry, Lanes lanes,
            HandOffs handOffs, RetryTail retryTail, LiveSettings settings, MeterRegistry meters) {
        this.topics = topics;
        this.consumer = consumer;
        this.retryTail = retryTail;
        this.registry = registry;
        this.lanes = lanes;
        this.settings = settings;
        this.pace = new ReadPace(settings.leastReadPerSecond(), System.nanoTime());
        this.metrics = new LiveMetrics(meters);
        this.intake = new EventIntake(registry, lanes, handOffs, metrics);
        Gauge.builder("offhook.dispatcher.unsettled", intake, EventIntake::unsettled)
                .description("deliveries accepted, not settled")
                .register(meters);
        Gauge.builder("offhook.dispatcher.partitions", owned, Map::size).description("partitions owned")
                .register(meters);
    }

    public void start() {
        retryTail.start();
        thread.start();
    }

    /** Stops reading at once; requests under way go on, {@link #finish} ends it. */
    public void stopReading() {
        stopping = true;
    }

    public int unsettled() {
        return intake.unsettled();
    }

    /** Commits what is settled and leaves the group. */
    public void finish() throws InterruptedException {
        stopping = true;
        finished = true;
        if (thread.getState() == Thread.State.NEW) {
            consumer.close(CloseOptions.timeout(BROKER_TIMEOUT));
        } else {
            thread.join();
        }
    }

    private void run() {
        try {
            boolean known = registry.awaitFirst(POLL);
            while (!finished && !known) {
                known = registry.awaitFirst(POLL);
            }
            consumer.subscribe(List.of(topics.callEvents()), this);
            while (!finished) {
                turn();
            }
        } catch (InterruptedException | InterruptException e) {
            log.warn("the live loop was interrupted");
        } finally {
            close();
        }
    }

    private void turn() throws InterruptedException {
        try {
            Set<TopicPartition> assignment = consumer.assignment();
            ownLeftOver(assignment);
            applyBackPressure(assignment);
            awaitNeed();
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            pace.onRead(records.count(), System.nanoTime());
            for (ConsumerRecord<byte[], byte[]> record : records) {
                OwnedPartition partition = owned.get(record.partition());
                if (partition != null) {
                    take(partition, record);
                }
            }
            if (System.nanoTime() - nextCommitNanos >= 0) {
                nextCommitNanos = System.nanoTime() + settings.commitInterval().toNanos();
                commitAsync();
            }
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            // The client retries what it can; what comes through here (authorisation, a topic gone) may mend, and reading must go on.
            log.error("the events topic cannot be read, trying again: {}", e.getMessage());
            TimeUnit.SECONDS.sleep(1);
        } catch (RuntimeException e) {
            log.error("a poll failed, going on", e);
            TimeUnit.MILLISECONDS.sleep(STEP_MILLIS);
        }
    }

    private void take(OwnedPartition partition, ConsumerRecord<byte[], byte[]> record) {
        try {
            intake.take(partition, record);
        } catch (RuntimeException e) {
            // It stays unsettled, so it is read again after a restart; the rest of the batch must not be skipped with it.
            log.error("record at {}-{} offset {} could not be taken", record.topic(), record.partition(),
                    record.offset(), e);
        }
    }

    private void awaitNeed() throws InterruptedException {
        while (!stopping && pace.mayWait(lanes.backlog(), System.nanoTime())) {
            TimeUnit.MILLISECONDS.sleep(NEED_STEP_MILLIS);
        }
    }

    /**
     * Only memory stops reading, never that lanes are full (that slows it, {@link ReadPace}) or the age of what is not settled: the next record may be for a receiver
     * that waits for it.
     */
    private void applyBackPressure(Set<TopicPartition> assignment) {
        int unsettled = intake.unsettled();
        full = full ? unsettled > settings.maxUnsettled() * RESUME_AT : unsettled >= settings.maxUnsettled();
        Set<TopicPartition> paused = consumer.paused();
        var toPause = new ArrayList<TopicPartition>();
        var toResume = new ArrayList<TopicPartition>();
        for (TopicPartition assigned : assignment) {
            boolean pause = stopping || full || !isReadable(owned.get(assigned.partition()));
            if (pause != paused.contains(assigned)) {
                (pause ? toPause : toResume).add(assigned);
            }
        }
        if (!toPause.isEmpty()) {
            consumer.pause(toPause);
        }
        if (!toResume.isEmpty()) {
            consumer.resume(toResume);
        }
    }

    private boolean isReadable(OwnedPartition partition) {
        return partition != null && partition.offsets().span() < settings.maxSpan()
                && partition.isReadable(System.nanoTime());
    }

    /** A broker that went away while partitions were assigned left them without an owner's books: paused, until they have them. */
    private void ownLeftOver(Set<TopicPartition> assignment) {
        List<TopicPartition> left = assignment.stream().filter(p -> !owned.containsKey(p.partition()))
                .toList();
        if (!left.isEmpty()) {
            onPartitionsAssigned(left);
        }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> all) {
        // The assignment shows partitions before this is called for them, so that their books may have been made already.
        List<TopicPartition> assigned = all.stream().filter(p -> !owned.containsKey(p.partition())).toList();
        Map<TopicPartition, OffsetAndMetadata> told = consumer.committed(Set.copyOf(assigned), BROKER_TIMEOUT);
        Map<TopicPartition, Long> earliest = consumer.beginningOffsets(assigned, BROKER_TIMEOUT);
        for (TopicPartition partition : assigned) {
            OffsetAndMetadata last = told.get(partition);
            // Not the position: that is further back where these books are made for a second time.
            long begin = last == null ? consumer.position(partition, BROKER_TIMEOUT) : last.offset();
            alarmIfExpired(partition, last, earliest.get(partition));
            CommittedState before = last == null
                    ? CommittedState.UNKNOWN
                    : CommittedState.decode(last.metadata());
            readBack(partition, begin, before.appendedMillis());
            var own = new OwnedPartition(partition.partition(), begin, before, settings.idMemory());
            owned.put(partition.partition(), own);
            retryTail.read(own.number(), registry.snapshot().persistedTo(own.number())).thenAccept(own::onTail);
        }
        consumer.pause(assigned);
        shareLimits();
    }

    private void alarmIfExpired(TopicPartition partition, OffsetAndMetadata last, long earliest) {
        if (last != null && last.offset() < earliest) {
            metrics.expired(earliest - last.offset());
            log.error(
                    "{} events of {} were dropped by the topic's retention before they were delivered: a replay cannot bring "
                            + "them back",
                    earliest - last.offset(), partition);
        }
    }

    /** An id that the former owner has seen may come a second time here: two ingestors publish it within seconds. */
    private void readBack(TopicPartition partition, long begin, long appendedMillis) {
        long since = Math.max(0, appendedMillis - settings.readBack().toMillis());
        OffsetAndTimestamp start = appendedMillis == 0
                ? null
                : consumer.offsetsForTimes(Map.of(partition, since), BROKER_TIMEOUT).get(partition);
        // Wherever the consumer stands: what it has read without these books must be read again.
        consumer.seek(partition, start == null ? begin : Math.min(begin, start.offset()));
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
        var going = revoked.stream().map(p -> owned.get(p.partition())).filter(Objects::nonNull)
                .collect(Collectors.toSet());
        if (!finished) {
            // At the end it was all waited for and committed before.
            forget(going);
            drain(going);
            commitSync(revoked);
        }
        onPartitionsLost(revoked);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> lost) {
        for (TopicPartition partition : lost) {
            OwnedPartition gone = owned.remove(partition.partition());
            committed.remove(partition.partition());
            if (gone != null) {
                gone.lose();
                forget(Set.of(gone));
            }
        }
        shareLimits();
    }

    /** What has not started is no longer ours; the next owner reads it again. */
    private void forget(Set<OwnedPartition> going) {
        lanes.forget(delivery -> delivery instanceof LiveDelivery live && going.contains(live.partition()))
                .forEach(delivery -> ((LiveDelivery) delivery).forgotten());
    }

    /** What is under way may end, for a moment: each request that does is one that the next owner need not repeat. */
    private void drain(Collection<OwnedPartition> going) {
        long deadline = System.nanoTime() + settings.revokeDrain().toNanos();
        while (going.stream().anyMatch(p -> p.open().get() > 0) && System.nanoTime() - deadline < 0) {
            try {
                TimeUnit.MILLISECONDS.sleep(STEP_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void shareLimits() {
        if (finished) {
            return;
        }
        try {
            allPartitions = consumer.partitionsFor(topics.callEvents(), BROKER_TIMEOUT).size();
        } catch (KafkaException e) {
            log.debug("the count of partitions stays {}: {}", allPartitions, e.getMessage());
        }
        lanes.setPartitions(owned.size(), allPartitions);
    }

    private Map<TopicPartition, OffsetAndMetadata> toCommit() {
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        owned.forEach((number, partition) -> {
            OffsetAndMetadata state = partition.toCommit();
            if (!state.equals(committed.put(number, state))) {
                offsets.put(new TopicPartition(topics.callEvents(), number), state);
            }
        });
        return offsets;
    }

    private void commitAsync() {
        var offsets = toCommit();
        if (!offsets.isEmpty()) {
            consumer.commitAsync(offsets, (_, failure) -> {
                if (failure != null) {
                    log.debug("a commit failed, the next one has its offsets too: {}", failure.getMessage());
                    offsets.keySet().forEach(partition -> committed.remove(partition.partition()));
                }
            });
        }
    }

    private void commitSync(Collection<TopicPartition> partitions) {
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        for (TopicPartition partition : partitions) {
            OwnedPartition own = owned.get(partition.partition());
            if (own != null) {
                offsets.put(partition, own.toCommit());
            }
        }
        try {
            consumer.commitSync(offsets, BROKER_TIMEOUT);
        } catch (KafkaException e) {
            // The next owner begins at the last commit: duplicates with the same webhook-id, nothing lost.
            log.warn("the last offsets were not committed: {}", e.getMessage());
        }
    }

    private void close() {
        try {
            commitSync(consumer.assignment());
        } finally {
            consumer.close(CloseOptions.timeout(BROKER_TIMEOUT));
        }
    }
}

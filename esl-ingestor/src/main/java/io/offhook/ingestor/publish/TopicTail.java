package io.offhook.ingestor.publish;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.offhook.ingestor.call.OpenLeg;
import io.offhook.ingestor.call.TopicEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import io.offhook.model.NotACallEventException;
import io.offhook.model.Topics;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stands in the topics of events and of legs, whoever wrote it: read back from a start on, so that an ingestor knows the legs of
 * an earlier run and of all other ingestors (R2). One thread at a time uses it.
 */
public final class TopicTail implements AutoCloseable {

    /** Something that was read. */
    public sealed interface Entry {}

    /** A leg that somebody has begun to publish. */
    public record LegWritten(OpenLeg leg) implements Entry {}

    /** @param agoMillis how long before now the broker took the record */
    public record CoreHeard(String core, CoreHeartbeat heartbeat, long agoMillis) implements Entry {}

    public record Published(TopicEvent event) implements Entry {}

    private static final Logger log = LoggerFactory.getLogger(TopicTail.class);
    private static final Duration POLL = Duration.ofMillis(200);
    /** Asked for each record by itself, the broker spends as much on this as on the dispatchers that wait for it. */
    private static final int FETCH_BYTES = 64 * 1024;
    /** Later than others by no more than two ingestors are that hear the same event. */
    private static final int FETCH_MILLIS = 25;
    private static final Duration ENDS_TIMEOUT = Duration.ofSeconds(2);
    private static final long ENDS_EVERY_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long CURRENT_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** An event is marked as published in the legs topic as soon as it is acknowledged, and a heartbeat is written every 20 s: an event
     * older than the newest record by this much, and not marked, was not published. */
    private static final Duration LOOK_BACK = Duration.ofMinutes(2);

    private final Topics topics;
    private final LegsTopic legsTopic;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final LegRecordCodec legs = new LegRecordCodec();
    private final CallEventBody body = new CallEventBody();
    private volatile long currentAtNanos = System.nanoTime() - CURRENT_NANOS;

    /** @param clientProperties connection properties of the Kafka client */
    public TopicTail(Topics topics, Map<String, Object> clientProperties, LegsTopic legsTopic) {
        this.topics = topics;
        this.legsTopic = legsTopic;
        clientProperties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        clientProperties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        clientProperties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        clientProperties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        clientProperties.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, FETCH_BYTES);
        clientProperties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_MILLIS);
        clientProperties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        this.consumer = new KafkaConsumer<>(clientProperties);
    }

    /**
     * Reads what an ingestor that starts must know: the legs topic whole, the events since shortly before its newest record.
     *
     * @param givenUp ends the reading early
     * @throws KafkaException when the topics cannot be read; it may be called again
     */
    public void rebuild(Consumer<Entry> reader, BooleanSupplier givenUp) {
        List<TopicPartition> legPartitions = partitions(topics.callLegs());
        consumer.assign(legPartitions);
        consumer.seekToBeginning(legPartitions);
        // A topic that is not compacted yet holds many records of a leg, of which the last counts.
        var latest = new LinkedHashMap<String, ConsumerRecord<byte[], byte[]>>();
        long[] newest = {0};
        readToEnd(givenUp, record -> {
            newest[0] = Math.max(newest[0], record.timestamp());
            String key = key(record);
            if (record.value() == null) {
                latest.remove(key);
            } else {
                latest.put(key, record);
            }
        });
        latest.values().forEach(record -> decode(record).ifPresent(reader));
        Map<TopicPartition, Long> legPositions = positions();

        List<TopicPartition> eventPartitions = partitions(topics.callEvents());
        consumer.assign(eventPartitions);
        seek(eventPartitions, newest[0] == 0 ? Long.MAX_VALUE : newest[0] - LOOK_BACK.toMillis());
        readToEnd(givenUp, record -> decode(record).ifPresent(reader));
        Map<TopicPartition, Long> positions = positions();
        positions.putAll(legPositions);
        consumer.assign(positions.keySet());
        positions.forEach(consumer::seek);
        currentAtNanos = System.nanoTime();
    }

    /**
     * Reads on, until told to stop.
     *
     * @param reader gets what came in one go; may block, nothing more is read meanwhile
     */
    public void follow(Consumer<List<Entry>> reader, BooleanSupplier stopped) {
        long endsAtNanos = System.nanoTime();
        String complaint = null;
        while (!stopped.getAsBoolean()) {
            try {
                var entries = new ArrayList<Entry>();
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    if (!record.topic().equals(topics.callLegs()) || !legsTopic.isOwn(record.headers())) {
                        decode(record).ifPresent(entries::add);
                    }
                }
                if (!entries.isEmpty()) {
                    reader.accept(entries);
                }
                if (System.nanoTime() - endsAtNanos >= 0) {
                    checkEnds();
                    endsAtNanos = System.nanoTime() + ENDS_EVERY_NANOS;
                }
            } catch (InterruptException e) {
                return;
            } catch (KafkaException e) {
                // The client connects again by itself; what was not read is read then.
                if (!e.toString().equals(complaint)) {
                    complaint = e.toString();
                    log.warn("topics cannot be read at present, trying again: {}", complaint);
                }
                LockSupport.parkNanos(AGAIN_NANOS);
            }
        }
    }

    /** Whether all that others have written was read a moment ago. */
    public boolean isCurrent() {
        return System.nanoTime() - currentAtNanos < CURRENT_NANOS;
    }

    private void checkEnds() {
        try {
            if (atEnd(consumer.endOffsets(consumer.assignment(), ENDS_TIMEOUT))) {
                currentAtNanos = System.nanoTime();
            }
        } catch (TimeoutException e) {
            log.debug("the topics' ends are not known at present");
        }
    }

    private boolean atEnd(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private Optional<Entry> decode(ConsumerRecord<byte[], byte[]> record) {
        try {
            return record.value() == null ? Optional.empty() : read(record);
        } catch (RuntimeException e) {
            // A record of another make, which must not end the reading.
            log.warn("passed over in {}-{} at offset {}: {}", record.topic(), record.partition(), record.offset(),
                    e.toString());
            return Optional.empty();
        }
    }

    private Optional<Entry> read(ConsumerRecord<byte[], byte[]> record) {
        if (record.topic().equals(topics.callEvents())) {
            return event(record).map(Published::new);
        }
        String core = LegsTopic.coreOf(key(record));
        if (core == null) {
            return legs.decode(record.value()).map(LegWritten::new);
        }
        long ago = Math.max(0, System.currentTimeMillis() - record.timestamp());
        return CoreHeartbeat.decode(record.value()).map(beat -> new CoreHeard(core, beat, ago));
    }

    private Optional<TopicEvent> event(ConsumerRecord<byte[], byte[]> record) {
        try {
            return Optional.of(TopicEvents.of(
                    CallEventCodec.fromRecord(record.key(), record.value(), record.headers()), body));
        } catch (NotACallEventException e) {
            // Somebody else's record says nothing of our legs.
            log.debug("passed over: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static String key(ConsumerRecord<byte[], byte[]> record) {
        return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    }

    private Map<TopicPartition, Long> positions() {
        return consumer.assignment().stream().collect(Collectors.toMap(p -> p, consumer::position));
    }

    private void seek(List<TopicPartition> partitions, long fromMillis) {
        if (fromMillis == Long.MAX_VALUE) {
            consumer.seekToEnd(partitions);
            return;
        }
        Map<TopicPartition, OffsetAndTimestamp> starts = consumer
                .offsetsForTimes(partitions.stream().collect(Collectors.toMap(p -> p, _ -> Math.max(0, fromMillis))));
        starts.forEach((partition, start) -> {
            if (start == null) {
                consumer.seekToEnd(List.of(partition));
            } else {
                consumer.seek(partition, start.offset());
            }
        });
    }

    private List<TopicPartition> partitions(String topic) {
        return consumer.partitionsFor(topic).stream().map(info -> new TopicPartition(topic, info.partition())).toList();
    }

    private void readToEnd(BooleanSupplier givenUp, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (!givenUp.getAsBoolean() && !atEnd(ends)) {
            consumer.poll(POLL).forEach(reader);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}

package io.offhook.runtime.events;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Utils;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The events topic as one reader sees it: a consumer without a group, so that nobody's offsets are touched. Partitions are read one
 * after the other, each in its order; what is held is one fetch and the ids of one partition, however much is read. Used by one thread
 * at a time.
 *
 * <p>All methods throw {@link KafkaException} when Kafka does not answer in time or refuses.
 */
public final class EventTopic implements AutoCloseable {

    /** Held at most, once fetched and once handed out; larger than any record of ours. */
    private static final int FETCH_BYTES = 1024 * 1024;
    private static final int FETCH_WAIT_MILLIS = 5;
    private static final int MAX_BATCH = 500;
    private static final int NANOS_PER_MILLI = 1_000_000;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private final String topic;
    private final Duration timeout;
    private final Duration lookBack;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /**
     * @param clientProperties connection properties of a Kafka consumer
     * @param timeout how long Kafka may take for an answer
     * @param lookBack how long before a range, by append time, ids are learnt
     */
    public EventTopic(String topic, Map<String, Object> clientProperties, Duration timeout, Duration lookBack) {
        this.topic = topic;
        this.timeout = timeout;
        this.lookBack = lookBack;
        var properties = new HashMap<>(clientProperties);
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        // Retention may have taken the beginning of a range since its offsets were looked up.
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        // What is read is there already. A fetch at the end of one partition holds up the first of the next: 500 ms by default.
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MILLIS);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_BATCH);
        properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
        properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        this.consumer = new KafkaConsumer<>(properties);
    }

    /** Looks up the offsets of a range; partitions that hold nothing of it are left out. */
    public List<PartitionRange> find(EventRange range) {
        List<TopicPartition> partitions = partitions(range);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, timeout);
        Map<TopicPartition, Long> starts = offsets(partitions, range.from(), ends);
        Map<TopicPartition, Long> stops = range.to().map(to -> offsets(partitions, to, ends)).orElse(ends);
        Map<TopicPartition, Long> learnFrom = offsets(partitions, range.from().minus(lookBack), ends);
        return partitions.stream()
                .map(p -> new PartitionRange(p.partition(), Math.min(learnFrom.get(p), starts.get(p)), starts.get(p),
                        stops.get(p)))
                .filter(found -> !found.isEmpty()).toList();
    }

    private List<TopicPartition> partitions(EventRange range) {
        List<PartitionInfo> found = consumer.partitionsFor(topic, timeout);
        if (found == null || found.isEmpty()) {
            throw new KafkaException("topic " + topic + " is not there yet");
        }
        return range.uuid()
                .map(uuid -> IntStream.of(Utils.toPositive(Utils.murmur2(uuid.getBytes(UTF_8))) % found.size()))
                .orElseGet(() -> IntStream.range(0, found.size()))
                .mapToObj(number -> new TopicPartition(topic, number)).toList();
    }

    /** The first offset appended at a time or later, by partition; the end where there is none. */
    private Map<TopicPartition, Long> offsets(Collection<TopicPartition> partitions, Instant time,
            Map<TopicPartition, Long> ends) {
        // Records have milliseconds: the first that is not before the time is the first of the next whole one.
        long millis = Math.max(0, time.toEpochMilli() + (time.getNano() % NANOS_PER_MILLI == 0 ? 0 : 1));
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(
                partitions.stream().collect(Collectors.toMap(p -> p, _ -> millis)), timeout);
        return partitions.stream().collect(Collectors.toMap(p -> p, p -> {
            OffsetAndTimestamp first = found.get(p);
            return first == null ? ends.get(p) : Math.min(first.offset(), ends.get(p));
        }));
    }

    /** The offset from which ids must be learnt by one who goes on reading behind a record of that time. */
    public long learnFrom(int partition, Instant lastRead) {
        List<TopicPartition> alone = List.of(new TopicPartition(topic, partition));
        return offsets(alone, lastRead.minus(lookBack), consumer.endOffsets(alone, timeout)).get(alone.getFirst());
    }

    /** The end of a partition of another topic; 0 when it holds nothing, also where it did. */
    public long endOf(String otherTopic, int partition) {
        var other = new TopicPartition(otherTopic, partition);
        long end = consumer.endOffsets(List.of(other), timeout).get(other);
        return consumer.beginningOffsets(List.of(other), timeout).get(other) == end ? 0 : end;
    }

    /** Begins to read a range; the reader that was begun before is of no use any more. */
    public PartitionReader read(PartitionRange range) {
        var partition = new TopicPartition(topic, range.partition());
        consumer.assign(Set.of(partition));
        consumer.seek(partition, range.readFrom());
        return new PartitionReader(consumer, partition, range, timeout);
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
    }
}

package io.offhook.ingestor.publish;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import io.offhook.model.NotACallEventException;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which events of some legs the topic holds: reads each partition concerned from the earliest time asked for to its end as of now. It
 * keeps only what is asked for: at most one record per id of these legs.
 *
 * <p>For one thread at a time; whoever needs look-ups has an instance of its own.
 */
public final class TopicLookup implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(TopicLookup.class);
    private static final Duration POLL = Duration.ofMillis(200);
    /** Bound of each question to the brokers, and of the time without any progress in reading. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);
    /** A record is a key and some hundred bytes: a look-up reads a minute of all calls for the few that it is about. */
    private static final int POLL_RECORDS = 5_000;

    private final String topic;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /** @param clientProperties connection properties of the Kafka client, which are not changed */
    public TopicLookup(String topic, Map<String, Object> clientProperties) {
        this.topic = topic;
        var properties = new HashMap<>(clientProperties);
        properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        // Only if retention takes the start away while it is read: what is left is all that the topic holds.
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS);
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.toIntExact(PATIENCE.toMillis()));
        properties.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.toIntExact(PATIENCE.toMillis()));
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        this.consumer = new KafkaConsumer<>(properties);
    }

    /**
     * @param sinceMillis by leg uuid, append time in ms since the epoch to read from; a leg may come with earlier records too where
     *        another one in its partition asks for an earlier time
     * @return by uuid, in the order of the topic, first occurrence of each id only (R4); no entry for a leg of which nothing is there
     * @throws InterruptedException when the thread is interrupted
     * @throws KafkaException when the topic cannot be read within about 10 s per question: nothing is known then
     */
    public Map<String, List<CallEventMessage>> find(Map<String, Long> sinceMillis) throws InterruptedException {
        if (sinceMillis.isEmpty()) {
            return Map.of();
        }
        try {
            return read(sinceMillis);
        } catch (InterruptException e) {
            // It has set the flag again, which the exception thrown now stands for.
            Thread.interrupted();
            throw (InterruptedException) new InterruptedException("interrupted while reading " + topic).initCause(e);
        }
    }

    private Map<String, List<CallEventMessage>> read(Map<String, Long> sinceMillis) {
        var legs = new HashMap<ByteBuffer, Leg>();
        Map<TopicPartition, Long> since = new HashMap<>();
        int partitions = partitions();
        sinceMillis.forEach((uuid, millis) -> {
            byte[] key = uuid.getBytes(StandardCharsets.UTF_8);
            legs.put(ByteBuffer.wrap(key), new Leg(uuid, new LinkedHashMap<>()));
            // The producer's partition of a key.
            var partition = new TopicPartition(topic, Utils.toPositive(Utils.murmur2(key)) % partitions);
            since.merge(partition, Math.max(0, millis), Math::min);
        });
        consumer.assign(since.keySet());
        // A partition keeps the pause that the look-up before ended with.
        consumer.resume(since.keySet());
        Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(since.keySet()));
        consumer.offsetsForTimes(since).forEach((partition, start) -> {
            if (start == null) {
                // Nothing was appended since.
                ends.remove(partition);
            } else {
                consumer.seek(partition, start.offset());
            }
        });
        readTo(ends, legs);
        return legs.values().stream().filter(leg -> !leg.events().isEmpty())
                .collect(Collectors.toMap(Leg::uuid, leg -> List.copyOf(leg.events().values())));
    }

    private record Leg(String uuid, Map<EventId, CallEventMessage> events) {}

    private int partitions() {
        List<PartitionInfo> partitions = consumer.partitionsFor(topic);
        if (partitions == null || partitions.isEmpty()) {
            throw new KafkaException("topic " + topic + " is not there");
        }
        return partitions.size();
    }

    private void readTo(Map<TopicPartition, Long> ends, Map<ByteBuffer, Leg> legs) {
        consumer.assign(ends.keySet());
        long progress = System.nanoTime();
        Collection<TopicPartition> left = unread(ends);
        while (!left.isEmpty()) {
            var records = consumer.poll(POLL);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                if (record.offset() < ends.get(new TopicPartition(record.topic(), record.partition()))) {
                    take(record, legs);
                }
            }
            Collection<TopicPartition> still = unread(ends);
            if (!records.isEmpty() || still.size() < left.size()) {
                progress = System.nanoTime();
            } else if (System.nanoTime() - progress > PATIENCE.toNanos()) {
                throw new TimeoutException("nothing of " + still + " within " + PATIENCE.toSeconds() + " s");
            }
            left = still;
            consumer.pause(ends.keySet().stream().filter(partition -> !still.contains(partition)).toList());
        }
    }

    private Set<TopicPartition> unread(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().filter(end -> consumer.position(end.getKey()) < end.getValue())
                .map(Map.Entry::getKey).collect(Collectors.toSet());
    }

    private void take(ConsumerRecord<byte[], byte[]> record, Map<ByteBuffer, Leg> legs) {
        Leg leg = record.key() == null ? null : legs.get(ByteBuffer.wrap(record.key()));
        if (leg == null) {
            return;
        }
        try {
            CallEventMessage message = CallEventCodec.fromRecord(record.key(), record.value(), record.headers());
            leg.events().putIfAbsent(message.id(), message);
        } catch (NotACallEventException e) {
            // Somebody else's record says nothing of our legs.
            log.debug("passed over offset {} of {}-{}: {}", record.offset(), topic, record.partition(), e.getMessage());
        }
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
    }
}

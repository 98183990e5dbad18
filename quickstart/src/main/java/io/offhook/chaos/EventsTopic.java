package io.offhook.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.offhook.model.CallEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The events topic from its beginning, as any reader has to understand it: of records with one id the first is the event. */
final class EventsTopic implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    /**
     * @param offset in its partition, which is that of all events of the leg
     * @param appendedMillis when the broker took it, milliseconds since the epoch
     * @param verbatim whether the body is, byte for byte, the one that the contract prescribes for what it says
     */
    record Published(CallEventMessage message, CallEvent event, long offset, long appendedMillis, boolean verbatim) {}

    private final String topic;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final CallEventBody body = new CallEventBody();
    private final Map<String, List<Published>> byLeg = new LinkedHashMap<>();
    private final Set<String> ids = new HashSet<>();
    private final Map<String, Integer> duplicates = new HashMap<>();

    EventsTopic(String bootstrapServers, String topic) {
        this.topic = topic;
        this.consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", bootstrapServers, "enable.auto.commit", false,
                "auto.offset.reset", "earliest", "default.api.timeout.ms", (int) ANSWER_LIMIT.toMillis(),
                "reconnect.backoff.max.ms", 500), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * Reads on to the end as of now.
     *
     * @return false when the broker cannot be asked at present; what has been read stays
     */
    boolean readOn() {
        try {
            if (consumer.assignment().isEmpty() && !assign()) {
                return false;
            }
            Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
            long deadline = System.nanoTime() + ANSWER_LIMIT.toNanos();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                if (System.nanoTime() - deadline > 0) {
                    return false;
                }
                consumer.poll(POLL).forEach(this::read);
            }
            return true;
        } catch (KafkaException e) {
            // A scenario may have killed the broker: whoever waits asks again.
            return false;
        }
    }

    private boolean assign() {
        List<PartitionInfo> partitions = consumer.partitionsFor(topic);
        if (partitions == null || partitions.isEmpty()) {
            return false;
        }
        consumer.assign(partitions.stream().map(info -> new TopicPartition(topic, info.partition())).toList());
        consumer.seekToBeginning(consumer.assignment());
        return true;
    }

    private void read(ConsumerRecord<byte[], byte[]> kept) {
        CallEventMessage message = CallEventCodec.fromRecord(kept.key(), kept.value(), kept.headers());
        if (ids.add(message.id().value())) {
            CallEvent event = body.decode(message.body());
            byLeg.computeIfAbsent(message.uuid(), _ -> new ArrayList<>(3)).add(new Published(message, event,
                    kept.offset(), kept.timestamp(), Arrays.equals(body.encode(event), message.body())));
        } else {
            duplicates.merge(message.id().value(), 1, Integer::sum);
        }
    }

    /** First occurrences, by leg, in the order of the topic. */
    Map<String, List<Published>> byLeg() {
        return byLeg;
    }

    int events() {
        return ids.size();
    }

    int duplicates() {
        return duplicates.values().stream().mapToInt(Integer::intValue).sum();
    }

    @Override
    public void close() {
        consumer.close();
    }
}

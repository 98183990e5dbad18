package io.offhook.ingestor.publish;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.offhook.ingestor.call.OpenLeg;
import io.offhook.model.CallAction;
import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import io.offhook.model.NotACallEventException;
import io.offhook.model.Topics;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an ingestor that starts finds in the topics: the legs that are open, and which of their events are published. */
public final class OpenLegs {

    private static final Logger log = LoggerFactory.getLogger(OpenLegs.class);
    private static final Duration POLL = Duration.ofMillis(200);
    /** An event is marked as published in the legs topic as soon as it is acknowledged, and a heartbeat is written every 20 s: an event
     * older than the newest record by this much, and not marked, was not published. */
    private static final Duration LOOK_BACK = Duration.ofMinutes(5);

    private final Topics topics;
    private final Map<String, Object> clientProperties;
    private final LegsTopic legsTopic;

    /** @param clientProperties connection properties of the Kafka client */
    public OpenLegs(Topics topics, Map<String, Object> clientProperties, LegsTopic legsTopic) {
        this.topics = topics;
        this.clientProperties = clientProperties;
        this.legsTopic = legsTopic;
        clientProperties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        clientProperties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        clientProperties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        clientProperties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        clientProperties.remove(ConsumerConfig.GROUP_ID_CONFIG);
    }

    /** Reads both topics to their ends. @param givenUp ends the reading early */
    public Collection<OpenLeg> read(BooleanSupplier givenUp) {
        var codec = new LegRecordCodec();
        var legs = new HashMap<String, OpenLeg>();
        var newest = new long[]{0};
        try (var consumer = new KafkaConsumer<byte[], byte[]>(clientProperties)) {
            List<TopicPartition> partitions = partitions(consumer, topics.callLegs());
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            readToEnd(consumer, givenUp, record -> {
                newest[0] = Math.max(newest[0], record.timestamp());
                String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
                if (record.value() == null) {
                    legs.remove(key);
                } else if (LegsTopic.isLeg(key)) {
                    codec.decode(record.value()).ifPresent(leg -> legs.put(key, leg));
                }
            });
            if (!legs.isEmpty()) {
                readPublished(consumer, givenUp, newest[0] - LOOK_BACK.toMillis(), legs);
            }
        }
        log.info("{} open legs found", legs.size());
        legs.values().forEach(legsTopic::adopt);
        return legs.values();
    }

    private void readPublished(KafkaConsumer<byte[], byte[]> consumer, BooleanSupplier givenUp, long fromMillis,
            Map<String, OpenLeg> legs) {
        List<TopicPartition> partitions = partitions(consumer, topics.callEvents());
        consumer.assign(partitions);
        Map<TopicPartition, OffsetAndTimestamp> starts = consumer
                .offsetsForTimes(partitions.stream().collect(Collectors.toMap(p -> p, _ -> Math.max(0, fromMillis))));
        starts.forEach((partition, start) -> {
            if (start == null) {
                consumer.seekToEnd(List.of(partition));
            } else {
                consumer.seek(partition, start.offset());
            }
        });
        readToEnd(consumer, givenUp, record -> {
            try {
                mark(CallEventCodec.fromRecord(record.key(), record.value(), record.headers()), legs);
            } catch (NotACallEventException e) {
                // Somebody else's record says nothing of our legs.
                log.debug("passed over: {}", e.getMessage());
            }
        });
    }

    private void mark(CallEventMessage message, Map<String, OpenLeg> legs) {
        OpenLeg leg = legs.get(message.uuid());
        if (leg == null || !message.id().equals(idOf(leg, message.action()))) {
            return;
        }
        if (message.action() == CallAction.HANGUP) {
            legs.remove(message.uuid());
            legsTopic.strikeOff(message.uuid());
        } else {
            legs.put(message.uuid(),
                    leg.publishedUpTo(message.action(), message.action() == CallAction.ANSWER ? time(message) : 0));
        }
    }

    private static EventId idOf(OpenLeg leg, CallAction action) {
        String uuid = leg.identity().uuid();
        return leg.reuse() ? EventId.ofReused(uuid, leg.callStart(), action) : EventId.of(uuid, action);
    }

    private static long time(CallEventMessage message) {
        try {
            return ChronoUnit.MICROS.between(Instant.EPOCH,
                    Instant.parse(message.attributes().getOrDefault(CallEventMessage.TIME, "")));
        } catch (DateTimeParseException e) {
            return 0;
        }
    }

    private static List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer, String topic) {
        return consumer.partitionsFor(topic).stream().map(info -> new TopicPartition(topic, info.partition())).toList();
    }

    private static void readToEnd(KafkaConsumer<byte[], byte[]> consumer, BooleanSupplier givenUp,
            Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (!givenUp.getAsBoolean()
                && ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(POLL).forEach(reader);
        }
    }
}

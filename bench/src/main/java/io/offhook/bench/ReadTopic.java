package io.offhook.bench;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A topic as it is read after the fact: how many records it has, and which. */
public final class ReadTopic implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;

    public ReadTopic(String brokers, String topic) {
        consumer = new KafkaConsumer<>(new HashMap<>(Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers,
                ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class,
                ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false)));
        partitions = consumer.partitionsFor(topic).stream().map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        consumer.assign(partitions);
    }

    public int partitions() {
        return partitions.size();
    }

    public Map<TopicPartition, Long> ends() {
        return consumer.endOffsets(partitions);
    }

    public static long records(Map<TopicPartition, Long> ends) {
        return ends.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Reads from there to the end, or until {@code enough}. */
    public void read(Map<TopicPartition, Long> from, BooleanSupplier enough,
            Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        from.forEach(consumer::seek);
        Map<TopicPartition, Long> ends = ends();
        while (!enough.getAsBoolean()
                && ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(POLL).forEach(reader);
        }
    }

    public void readAll(BooleanSupplier enough, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        read(consumer.beginningOffsets(partitions), enough, reader);
    }

    @Override
    public void close() {
        consumer.close();
    }
}

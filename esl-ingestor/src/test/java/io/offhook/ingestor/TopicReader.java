package io.offhook.ingestor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import static org.awaitility.Awaitility.await;

/** All call events of a topic from its beginning, read until a test has seen enough. */
final class TopicReader implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<CallEventMessage> messages = new ArrayList<>();

    TopicReader(String bootstrapServers, String topic) {
        consumer = new KafkaConsumer<>(Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
                ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class,
                ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class));
        // The ingestor makes its topics beside its start.
        List<TopicPartition> partitions = await().atMost(PATIENCE).until(() -> consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition())).toList(), found -> !found.isEmpty());
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    List<CallEventMessage> readUntil(Predicate<List<CallEventMessage>> enough) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!enough.test(messages)) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("only " + messages.size() + " events after " + PATIENCE + ": " + messages);
            }
            consumer.poll(Duration.ofMillis(100))
                    .forEach(record -> messages
                            .add(CallEventCodec.fromRecord(record.key(), record.value(), record.headers())));
        }
        return List.copyOf(messages);
    }

    @Override
    public void close() {
        consumer.close();
    }
}

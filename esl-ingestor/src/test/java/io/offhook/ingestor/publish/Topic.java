package io.offhook.ingestor.publish;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;

import io.offhook.model.CallEvent;
import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import io.offhook.testkit.kafka.TestTopics;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A topic of a test's own, with times of append as the events topic has them. */
final class Topic {

    private final String servers;
    private final String name = "t" + UUID.randomUUID();

    Topic(String servers, int partitions) throws InterruptedException, ExecutionException {
        this(servers, partitions, Map.of());
    }

    Topic(String servers, int partitions, Map<String, String> more) throws InterruptedException, ExecutionException {
        this.servers = servers;
        var configs = new HashMap<>(more);
        configs.put("message.timestamp.type", "LogAppendTime");
        TestTopics.make(servers, new NewTopic(name, partitions, (short) 1).configs(configs));
    }

    String name() {
        return name;
    }

    Map<String, Object> client() {
        // A fresh one each time, as Spring gives it. Back to the broker quickly once it is up again.
        return new HashMap<>(Map.of("bootstrap.servers", servers, "reconnect.backoff.max.ms", "200"));
    }

    /** Appends the events one by one. @return where the last one stands */
    RecordMetadata append(CallEvent... events) throws InterruptedException, ExecutionException {
        RecordMetadata last = null;
        for (CallEvent event : events) {
            last = append(CallEventCodec.toRecord(name, Events.outgoing(event).message()));
        }
        return last;
    }

    RecordMetadata append(ProducerRecord<byte[], byte[]> record) throws InterruptedException, ExecutionException {
        Map<String, Object> properties = client();
        properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        try (var producer = new KafkaProducer<byte[], byte[]>(properties)) {
            return producer.send(record).get();
        }
    }

    /** All that is in it now, in the order of each partition. */
    List<CallEventMessage> read() {
        Map<String, Object> properties = client();
        properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        var messages = new ArrayList<CallEventMessage>();
        try (var consumer = new KafkaConsumer<byte[], byte[]>(properties)) {
            List<TopicPartition> partitions = consumer.partitionsFor(name).stream()
                    .map(info -> new TopicPartition(name, info.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> messages
                        .add(CallEventCodec.fromRecord(record.key(), record.value(), record.headers())));
            }
        }
        return messages;
    }
}

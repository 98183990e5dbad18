package io.offhook.bench.dispatch;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.offhook.bench.ingestor.CallPacer;
import io.offhook.model.CallDirection;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The yardstick of latency, a process of its own: a producer, a consumer and one POST for each record, and nothing else. Arguments:
 * brokers, topic, URL, events per second, seconds.
 */
final class BarePath {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private BarePath() {}

    public static void main(String[] arguments) throws Exception {
        String brokers = arguments[0];
        String topic = arguments[1];
        var consumer = new KafkaConsumer<byte[], byte[]>(Map.of("bootstrap.servers", brokers, "group.id", "bare-path",
                "auto.offset.reset", "latest", "key.deserializer", ByteArrayDeserializer.class, "value.deserializer",
                ByteArrayDeserializer.class));
        consumer.subscribe(List.of(topic));
        while (consumer.assignment().isEmpty()) {
            consumer.poll(POLL);
        }
        consumer.assignment().forEach(consumer::position);
        Thread.ofPlatform().name("producer").start(() -> produce(brokers, topic, Double.parseDouble(arguments[3]),
                TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[4]))));
        try (var client = new PostClient()) {
            while (true) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    client.post(arguments[2], record.value(), _ -> {});
                }
            }
        }
    }

    private static void produce(String brokers, String topic, double perSecond, long nanos) {
        var body = new CallEventBody();
        long begin = System.nanoTime();
        long sent = 0;
        try (var producer = new KafkaProducer<byte[], byte[]>(EventSource.settings(brokers))) {
            for (long now = 0; now < nanos; now = System.nanoTime() - begin) {
                for (; sent / perSecond * 1e9 <= now; sent++) {
                    producer.send(record(topic, sent, body));
                }
                LockSupport.parkNanos(TICK_NANOS);
            }
        }
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, long number, CallEventBody body) {
        long now = CallPacer.nowMicros();
        var leg = new LegIdentity("%08x-0000-4000-8000-%012x".formatted(number, number), "0035799123456",
                "+442035040000", "1002", CallDirection.OUTBOUND);
        var event = new CallEvent.Hangup(leg, now, now, now, "NORMAL_CLEARING");
        return CallEventCodec.toRecord(topic, CallEventMessage.of(EventId.of(leg.uuid(), event.action()), event, "fs1",
                "tenant-a.example", leg.uuid(), false, body.encode(event)));
    }
}

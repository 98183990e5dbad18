package io.offhook.bench.rebuild;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.offhook.bench.ReadTopic;
import io.offhook.ingestor.call.OpenLeg;
import io.offhook.ingestor.publish.CoreHeartbeat;
import io.offhook.ingestor.publish.LegsTopic;
import io.offhook.model.CallDirection;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;
import io.offhook.model.Topics;
import io.offhook.runtime.TopicProvisioner;
import io.offhook.runtime.TopicSettings;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;

/**
 * Fills the topics as an ingestor has left them: legs that are open, answered and published, written three times each; legs that have
 * ended, with four records each as long as the topic is not compacted; and the events of the last two minutes.
 */
final class LegStock {

    static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
    private static final int PARTITIONS = 24;
    private static final int NODES = 20;
    private static final int MAX_ENDED_AT_ONCE = 50_000;

    private final String brokers;
    private final long now = System.currentTimeMillis() * 1000;

    LegStock(String brokers) {
        this.brokers = brokers;
    }

    void fill(int open, int ended, int events) throws InterruptedException, ExecutionException {
        var kafka = new KafkaProperties();
        kafka.setBootstrapServers(List.of(brokers));
        try (var topics = new TopicProvisioner(
                new TopicSettings(TOPICS.prefix(), (short) 1, PARTITIONS, Duration.ofDays(7)), kafka)) {
            topics.ready().get();
        }
        try (var legs = new LegsTopic(TOPICS.callLegs(), client(brokers));
                var topic = new ReadTopic(brokers, TOPICS.callLegs())) {
            for (int node = 0; node < NODES; node++) {
                legs.heartbeat(core(node), new CoreHeartbeat(node(node), node(node), now));
            }
            awaitRecords(topic, NODES);
            for (int from = 0; from < ended; from += MAX_ENDED_AT_ONCE) {
                int to = Math.min(ended, from + MAX_ENDED_AT_ONCE);
                live(legs, topic, open + from, open + to);
                long wanted = ReadTopic.records(topic.ends()) + to - from;
                for (int i = open + from; i < open + to; i++) {
                    legs.acknowledged(hangup(i));
                }
                awaitRecords(topic, wanted);
            }
            live(legs, topic, 0, open);
        }
        produceEvents(open, events);
    }

    static Map<String, Object> client(String brokers) {
        return new HashMap<>(Map.of("bootstrap.servers", brokers));
    }

    /** Begun, then published, then answered: each change is in the topic before the next one. */
    private void live(LegsTopic legs, ReadTopic topic, int from, int to) throws InterruptedException {
        long before = ReadTopic.records(topic.ends());
        for (int i = from; i < to; i++) {
            legs.write(new OpenLeg(identity(i), List.of(uuid(i)), node(i), core(i), "tenant-a.example", uuid(i),
                    begun(i), 0, false, null));
        }
        awaitRecords(topic, before + to - from);
        for (int i = from; i < to; i++) {
            legs.acknowledged(new CallEvent.Originate(identity(i), begun(i)));
        }
        awaitRecords(topic, before + 2L * (to - from));
        for (int i = from; i < to; i++) {
            legs.acknowledged(new CallEvent.Answer(identity(i), answered(i)));
        }
        awaitRecords(topic, before + 3L * (to - from));
    }

    private static void awaitRecords(ReadTopic topic, long wanted) throws InterruptedException {
        while (ReadTopic.records(topic.ends()) < wanted) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** Half of them the originates and answers of open legs, the others all three of legs that have ended. */
    private void produceEvents(int open, int events) {
        var properties = client(brokers);
        properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        try (var producer = new KafkaProducer<byte[], byte[]>(properties)) {
            int openLegs = Math.min(open, events / 4);
            int endedLegs = Math.max(0, events - openLegs * 2) / 3;
            for (int i = open - openLegs; i < open + endedLegs; i++) {
                send(producer, i, new CallEvent.Originate(identity(i), begun(i)));
                send(producer, i, new CallEvent.Answer(identity(i), answered(i)));
                if (i >= open) {
                    send(producer, i, hangup(i));
                }
            }
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer, int leg, CallEvent event) {
        var message = CallEventMessage.of(EventId.of(event.leg().uuid(), event.action()), event, node(leg),
                "tenant-a.example", event.leg().uuid(), false, new CallEventBody().encode(event));
        producer.send(CallEventCodec.toRecord(TOPICS.callEvents(), message));
    }

    private CallEvent hangup(int i) {
        return new CallEvent.Hangup(identity(i), begun(i), answered(i), answered(i) + 60_000_000, "NORMAL_CLEARING");
    }

    private static LegIdentity identity(int i) {
        return new LegIdentity(uuid(i), "+49301001", "+4930" + i, "1002", CallDirection.INBOUND);
    }

    private static String uuid(int i) {
        return "%08x-0000-4000-8000-%012x".formatted(i * 0x9E3779B1, i);
    }

    private static String node(int i) {
        return "fs" + (i % NODES + 1);
    }

    private static String core(int i) {
        return "c0de0000-0000-4000-8000-%012x".formatted(i % NODES);
    }

    /** Over the last three minutes. */
    private long begun(int i) {
        return now - 180_000_000 + i % 180 * 1_000_000L;
    }

    private long answered(int i) {
        return begun(i) + 5_000_000;
    }
}

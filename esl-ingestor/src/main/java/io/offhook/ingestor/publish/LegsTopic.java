package io.offhook.ingestor.publish;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.offhook.ingestor.call.LegJournal;
import io.offhook.ingestor.call.OpenLeg;
import io.offhook.model.CallEvent;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The compacted topic of open legs: a leg is written before its originate, again when an event of it is acknowledged, and struck off
 * when that event is its hangup. A producer of its own, since acknowledgements come on the other one's thread, which must never wait
 * for its own buffer.
 */
public final class LegsTopic implements LegJournal, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LegsTopic.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
    private static final String CORE = "core/";

    private final String topic;
    private final Producer<byte[], byte[]> producer;
    private final LegRecordCodec codec = new LegRecordCodec();
    private final Map<String, OpenLeg> open = new ConcurrentHashMap<>();

    /** @param clientProperties connection properties of the Kafka client */
    public LegsTopic(String topic, Map<String, Object> clientProperties) {
        this.topic = topic;
        clientProperties.put(ProducerConfig.ACKS_CONFIG, "all");
        clientProperties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        clientProperties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        clientProperties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.MAX_VALUE);
        clientProperties.put(ProducerConfig.LINGER_MS_CONFIG, 1);
        clientProperties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        clientProperties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        clientProperties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        this.producer = new KafkaProducer<>(clientProperties);
    }

    @Override
    public void write(OpenLeg leg) {
        // What is published is known here alone; all else the tracker knows better.
        open.compute(leg.identity().uuid(), (uuid, known) -> {
            OpenLeg merged = known == null || known.published() == null || known.callStart() != leg.callStart()
                    ? leg
                    : leg.publishedUpTo(known.published(), leg.answerStart());
            send(uuid, codec.encode(merged));
            return merged;
        });
    }

    /** The events topic has the event. Called on the thread of the events producer. */
    public void acknowledged(CallEvent event) {
        open.computeIfPresent(event.leg().uuid(), (uuid, leg) -> {
            if (event instanceof CallEvent.Hangup hangup) {
                // A hangup of an earlier leg that bore the uuid does not end this one.
                if (hangup.callStart() != leg.callStart()) {
                    return leg;
                }
                send(uuid, null);
                return null;
            }
            OpenLeg further = leg.publishedUpTo(event.action(),
                    event instanceof CallEvent.Answer answer ? answer.answerStart() : 0);
            send(uuid, codec.encode(further));
            return further;
        });
    }

    /** Takes over a leg that stands in the topic already. */
    void adopt(OpenLeg leg) {
        open.put(leg.identity().uuid(), leg);
    }

    /** Strikes off a leg that turned out to have ended. */
    void strikeOff(String uuid) {
        open.remove(uuid);
        send(uuid, null);
    }

    /** A core is alive: also tells a later start how far back it has to look. */
    public void heartbeat(String coreUuid, String node, long atMicros) {
        String json = "{\"node\":\"" + node + "\",\"heartbeat_at\":" + atMicros + "}";
        send(CORE + coreUuid, json.getBytes(StandardCharsets.UTF_8));
    }

    static boolean isLeg(String key) {
        return !key.startsWith(CORE);
    }

    private void send(String key, byte[] value) {
        producer.send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value), (_, failure) -> {
            if (failure != null) {
                // The leg goes on; only a restart would not know it, and then finds it midway.
                log.error("leg {} was not accepted by topic {}: {}", key, topic, failure.toString());
            }
        });
    }

    @Override
    public void close() {
        producer.close(CLOSE_TIMEOUT);
    }
}

package io.offhook.ingestor.publish;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.offhook.ingestor.call.CallEventSink;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Call events into the topic, in the order they come, none skipped: the idempotent producer retries for as long as it takes. While
 * the broker is away it buffers up to its bound and then blocks the caller.
 */
public final class CallEventPublisher implements CallEventSink, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(CallEventPublisher.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

    private final String topic;
    private final Producer<byte[], byte[]> producer;
    private final CallEventBody body = new CallEventBody();
    private final AtomicLong unacknowledged = new AtomicLong();
    private final AtomicLong rejected = new AtomicLong();
    private final AtomicReference<String> lastRejection = new AtomicReference<>();
    private final Consumer<CallEvent> acknowledged;

    /**
     * @param clientProperties connection properties of the Kafka client; what durability needs is set here
     * @param acknowledged learns of every event that the broker has; called on the producer's thread
     */
    public CallEventPublisher(String topic, Map<String, Object> clientProperties, Consumer<CallEvent> acknowledged) {
        this.topic = topic;
        this.acknowledged = acknowledged;
        clientProperties.put(ProducerConfig.ACKS_CONFIG, "all");
        clientProperties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        clientProperties.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        clientProperties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        clientProperties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.MAX_VALUE);
        clientProperties.put(ProducerConfig.LINGER_MS_CONFIG, 1);
        clientProperties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        clientProperties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        clientProperties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        this.producer = new KafkaProducer<>(clientProperties);
    }

    @Override
    public void publish(EventId id, CallEvent event, String node, String tenant, String callId, boolean reconciled) {
        var message = CallEventMessage.of(id, event, node, tenant, callId, reconciled, body.encode(event));
        unacknowledged.incrementAndGet();
        producer.send(CallEventCodec.toRecord(topic, message),
                (_, failure) -> onCompletion(id, event, failure));
    }

    private void onCompletion(EventId id, CallEvent event, Exception failure) {
        unacknowledged.decrementAndGet();
        if (failure == null) {
            acknowledged.accept(event);
            return;
        }
        // With retries without end only what no retry can mend comes here: a broken authorisation, or a shutdown that cut it off.
        rejected.incrementAndGet();
        String reason = failure.toString();
        if (!reason.equals(lastRejection.getAndSet(reason))) {
            log.error("event {} was not accepted by topic {}: {}", id, topic, reason);
        }
    }

    /** Events handed to the producer that the broker has not yet acknowledged. */
    public long unacknowledged() {
        return unacknowledged.get();
    }

    /** Events that the broker will never accept. */
    public long rejected() {
        return rejected.get();
    }

    /** Waits for what is under way, 20 s at most. */
    @Override
    public void close() {
        producer.close(CLOSE_TIMEOUT);
        if (unacknowledged.get() > 0) {
            log.error("{} events were not acknowledged before the end", unacknowledged.get());
        }
    }
}

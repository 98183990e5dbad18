package io.offhook.ingestor.publish;

import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import io.offhook.runtime.DurableProducer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;

/** The idempotent producer of call events, which retries for as long as it takes. */
final class EventProducer {

    private final String topic;
    private final Map<String, Object> properties;
    private volatile Producer<byte[], byte[]> producer;
    private volatile boolean closed;

    /** @param clientProperties connection properties of the Kafka client; what durability needs is set here */
    EventProducer(String topic, Map<String, Object> clientProperties) {
        this.topic = topic;
        this.properties = DurableProducer.settings(clientProperties);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 1);
        this.producer = new KafkaProducer<>(properties);
    }

    /**
     * May block for as long as Kafka is away.
     *
     * @param done called once, with {@code null} when the topic has the event, on this thread or the producer's
     */
    void send(CallEventMessage message, Consumer<Exception> done) {
        try {
            producer.send(CallEventCodec.toRecord(topic, message), (_, failure) -> done.accept(failure));
        } catch (RuntimeException e) {
            // Thrown instead of told to the callback: interrupted, closed, or unable to go on.
            done.accept(e);
        }
    }

    /** Starts afresh after a failure that ends a producer for good. Only while nothing is under way. */
    synchronized void renew() {
        if (!closed) {
            producer.close(Duration.ZERO);
            producer = new KafkaProducer<>(properties);
        }
    }

    /** Ends, with what is under way let through for so long. */
    void close(Duration limit) {
        closed = true;
        producer.close(limit);
        synchronized (this) {
            // A renewal may just have been under way.
            producer.close(Duration.ZERO);
        }
    }
}

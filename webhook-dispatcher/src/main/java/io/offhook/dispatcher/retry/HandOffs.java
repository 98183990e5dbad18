package io.offhook.dispatcher.retry;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.offhook.dispatcher.lane.HandOffReason;
import io.offhook.model.CallEventMessage;
import io.offhook.sender.AttemptResult;
import io.offhook.sender.Outcome;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts deliveries into the retry topic, in the order given, and says when each is there. A thread of its own, since a producer may
 * block; the queue is bounded by the deliveries that a dispatcher may have unsettled.
 */
public final class HandOffs implements AutoCloseable {

    /** Called once the topic has the hand-off, on the producer's thread. */
    @FunctionalInterface
    public interface Acknowledged {
        void at(int partition, long offset);
    }

    private record Pending(RetryRecord record, Acknowledged acknowledged) {}

    private static final Logger log = LoggerFactory.getLogger(HandOffs.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final String topic;
    private final Producer<byte[], byte[]> producer;
    private final RetryRecord.Codec codec = new RetryRecord.Codec();
    private final BlockingQueue<Pending> queue = new LinkedBlockingQueue<>();
    private final Thread thread = Thread.ofPlatform().name("hand-offs").unstarted(this::run);
    private volatile boolean closing;

    public HandOffs(String topic, Map<String, Object> clientProperties) {
        this.topic = topic;
        clientProperties.put(ProducerConfig.ACKS_CONFIG, "all");
        clientProperties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        clientProperties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        clientProperties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.MAX_VALUE);
        clientProperties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        clientProperties.put(ProducerConfig.LINGER_MS_CONFIG, 2);
        clientProperties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        clientProperties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        this.producer = new KafkaProducer<>(clientProperties);
        thread.start();
    }

    /** Hands off after a POST that failed. */
    public void failed(UUID endpoint, CallEventMessage message, AttemptResult result, Acknowledged acknowledged) {
        int messageFailures = result.outcome() == Outcome.MESSAGE_FAILURE ? 1 : 0;
        queue.add(new Pending(new RetryRecord(endpoint, RetryRecord.LIVE, message.id().value(), message.uuid(),
                message.action().wireName(), message.attributes(), message.body(), 1, messageFailures,
                result.error().wireName(),
                result.errorDetail(), result.statusCode(), result.retryAfter().map(Duration::toMillis).orElse(null)),
                acknowledged));
    }

    /** Hands off without a POST. */
    public void notTried(UUID endpoint, CallEventMessage message, HandOffReason reason, Acknowledged acknowledged) {
        queue.add(new Pending(new RetryRecord(endpoint, RetryRecord.LIVE, message.id().value(), message.uuid(),
                message.action().wireName(), message.attributes(), message.body(), 0, 0, reason.wireName(), null, null,
                null),
                acknowledged));
    }

    public int waiting() {
        return queue.size();
    }

    private void run() {
        try {
            while (!closing || !queue.isEmpty()) {
                Pending pending = queue.poll(100, TimeUnit.MILLISECONDS);
                if (pending != null) {
                    sendOrReport(pending);
                }
            }
        } catch (InterruptedException | InterruptException e) {
            log.warn("{} hand-offs were not made; their records are read again by the next owner", queue.size());
        }
    }

    private void sendOrReport(Pending pending) {
        try {
            send(pending);
        } catch (InterruptException e) {
            throw e;
        } catch (RuntimeException e) {
            // As a refusal by the broker: not settled, and those behind it go on.
            log.error("hand-off of {} could not be sent to topic {}", pending.record().eventId(), topic, e);
        }
    }

    private void send(Pending pending) {
        byte[] key = pending.record().uuid().getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>(topic, key, codec.encode(pending.record())), (metadata, failure) -> {
            if (failure == null) {
                pending.acknowledged().at(metadata.partition(), metadata.offset());
            } else {
                // Not settled, so its record is read again after a restart: late, not lost.
                log.error("hand-off of {} was not accepted by topic {}: {}", pending.record().eventId(), topic,
                        failure.toString());
            }
        });
    }

    /** Sends what is queued and waits for its acknowledgement, 2 s at most each: the drain before has waited long. */
    @Override
    public void close() {
        closing = true;
        try {
            thread.join(CLOSE_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
        producer.close(CLOSE_TIMEOUT);
    }
}

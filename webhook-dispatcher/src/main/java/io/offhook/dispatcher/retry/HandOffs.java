package io.offhook.dispatcher.retry;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.dispatcher.lane.HandOffReason;
import io.offhook.model.CallEventMessage;
import io.offhook.runtime.DurableProducer;
import io.offhook.runtime.RecordRefusal;
import io.offhook.sender.AttemptResult;
import io.offhook.sender.Outcome;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;

/**
 * Puts deliveries into the retry topic, in the order given, and says when each is there. A thread of its own, since a producer may
 * block; the queue is bounded by the deliveries that a dispatcher may have unsettled. A producer that has come to its end (a fatal
 * error, a permission taken away) is replaced, and what it had under way is sent again.
 */
public final class HandOffs implements AutoCloseable {

    /** Told what became of a hand-off, once; on the producer's thread. */
    public interface Receipt {
        void handedOffAt(int partition, long offset);

        /** The topic will never take it. */
        void handOffRefused();
    }

    private record Pending(RetryRecord record, Receipt receipt) {}

    private static final Logger log = LoggerFactory.getLogger(HandOffs.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
    private static final long RENEW_MILLIS = 1_000;
    /**
     * Nobody waits for a hand-off but the offset of its record: those of so long go together. A producer's own linger begins anew for
     * each partition, so that hand-offs which come one by one would still be a request each.
     */
    private static final long GATHER_MILLIS = 50;
    /** Until what was gathered is in its batches. */
    private static final int LINGER_MILLIS = 5;

    private final String topic;
    private final Map<String, Object> properties;
    private final Counter refused;
    private final Counter renewals;
    private final RetryRecord.Codec codec = new RetryRecord.Codec();
    private final BlockingQueue<Pending> queue = new LinkedBlockingQueue<>();
    /** By the order in which they were sent first. */
    private final ConcurrentNavigableMap<Long, Pending> underWay = new ConcurrentSkipListMap<>();
    private final Thread thread = Thread.ofPlatform().name("hand-offs").unstarted(this::run);
    private volatile Producer<byte[], byte[]> producer;
    private long sent;
    private volatile boolean broken;
    private volatile boolean closing;

    public HandOffs(String topic, Map<String, Object> clientProperties, MeterRegistry meters) {
        this.topic = topic;
        this.properties = DurableProducer.settings(clientProperties);
        this.refused = Counter.builder("offhook.dispatcher.hand.offs.refused")
                .description("deliveries given up since the retry topic does not take their records")
                .register(meters);
        this.renewals = Counter.builder("offhook.dispatcher.hand.offs.renewals")
                .description("producers of hand-offs that failed and were replaced").register(meters);
        Gauge.builder("offhook.dispatcher.hand.offs.waiting", queue, BlockingQueue::size)
                .description("hand-offs on their way to the retry topic").register(meters);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
        this.producer = new KafkaProducer<>(properties);
        thread.start();
    }

    /** Hands off after a POST that failed. */
    public void failed(UUID endpoint, CallEventMessage message, AttemptResult result, Receipt receipt) {
        failed(endpoint, RetryRecord.LIVE, message, result, receipt);
    }

    /** As above, of a replay: its row is another than that of the live delivery. */
    public void failed(UUID endpoint, UUID replay, CallEventMessage message, AttemptResult result, Receipt receipt) {
        int messageFailures = result.outcome() == Outcome.MESSAGE_FAILURE ? 1 : 0;
        queue.add(new Pending(new RetryRecord(endpoint, replay, message.id().value(), message.uuid(),
                message.action().wireName(), message.attributes(), message.body(), 1, messageFailures,
                result.error().wireName(),
                result.errorDetail(), result.statusCode(), result.retryAfter().map(Duration::toMillis).orElse(null)),
                receipt));
    }

    /** Hands off without a POST. */
    public void notTried(UUID endpoint, CallEventMessage message, HandOffReason reason, Receipt receipt) {
        notTried(endpoint, RetryRecord.LIVE, message, reason, receipt);
    }

    /** As above, of a replay. */
    public void notTried(UUID endpoint, UUID replay, CallEventMessage message, HandOffReason reason, Receipt receipt) {
        queue.add(new Pending(new RetryRecord(endpoint, replay, message.id().value(), message.uuid(),
                message.action().wireName(), message.attributes(), message.body(), 0, 0, reason.wireName(), null, null,
                null), receipt));
    }

    private void run() {
        try {
            while (!closing || !queue.isEmpty()) {
                if (broken) {
                    renew();
                    continue;
                }
                Pending pending = queue.poll(100, TimeUnit.MILLISECONDS);
                if (pending != null) {
                    TimeUnit.MILLISECONDS.sleep(closing ? 0 : GATHER_MILLIS);
                    sendAllFrom(pending);
                }
            }
        } catch (InterruptedException | InterruptException e) {
            log.warn("{} hand-offs were not made; their records are read again by the next owner",
                    queue.size() + underWay.size());
        }
    }

    private void sendAllFrom(Pending first) {
        Pending pending = first;
        while (pending != null) {
            send(++sent, pending);
            pending = broken ? null : queue.poll();
        }
    }

    private void send(long number, Pending pending) {
        underWay.put(number, pending);
        try {
            byte[] key = pending.record().uuid().getBytes(StandardCharsets.UTF_8);
            producer.send(new ProducerRecord<>(topic, key, codec.encode(pending.record())),
                    (metadata, failure) -> ended(number, pending, metadata, failure));
        } catch (InterruptException e) {
            throw e;
        } catch (RuntimeException e) {
            // Thrown instead of told to the callback.
            ended(number, pending, null, e);
        }
    }

    private void ended(long number, Pending pending, RecordMetadata metadata, Exception failure) {
        if (failure == null) {
            underWay.remove(number);
            pending.receipt().handedOffAt(metadata.partition(), metadata.offset());
        } else if (!(failure instanceof KafkaException) || RecordRefusal.isFinal(failure)) {
            underWay.remove(number);
            refused.increment();
            // Settled, so that it does not hold up the partition for ever: there is no place that it could be kept in.
            log.error("topic {} does not take the hand-off of {} to endpoint {}, which is given up", topic,
                    pending.record().eventId(), pending.record().endpointId(), failure);
            pending.receipt().handOffRefused();
        } else {
            if (!broken && !closing) {
                log.error("hand-offs to topic {} fail, trying again every {} ms: {}", topic, RENEW_MILLIS,
                        failure.toString());
            }
            broken = true;
        }
    }

    /** Starts afresh: what was under way is sent again in its order. A row is written once, so a second copy changes nothing. */
    private void renew() throws InterruptedException {
        // Ends with all its callbacks called.
        producer.close(Duration.ZERO);
        TimeUnit.MILLISECONDS.sleep(RENEW_MILLIS);
        Producer<byte[], byte[]> next;
        try {
            next = new KafkaProducer<>(properties);
        } catch (KafkaException e) {
            // Not even the brokers' names are known, for example. It stays broken, so this is tried again.
            log.warn("no producer of hand-offs can be made, trying again every {} ms: {}", RENEW_MILLIS,
                    NestedExceptionUtils.getMostSpecificCause(e).getMessage());
            return;
        }
        renewals.increment();
        broken = false;
        producer = next;
        underWay.forEach(this::send);
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

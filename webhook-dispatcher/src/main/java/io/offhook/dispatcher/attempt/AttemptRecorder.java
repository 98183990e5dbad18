package io.offhook.dispatcher.attempt;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.dispatcher.endpoint.RegisteredEndpoint;
import io.offhook.model.CallEventMessage;
import io.offhook.sender.AttemptResult;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts attempts into their topic. Delivery never waits for it: a thread of its own produces, the memory of what waits is bounded,
 * and what does not fit is dropped and counted.
 */
public final class AttemptRecorder implements AttemptListener, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(AttemptRecorder.class);
    /**
     * History may be late: those of so long go together, in one request for all partitions, and a compressed batch takes a buffer of
     * 64 KiB, however few attempts are in it. To be woken per attempt would cost each delivery a switch of threads.
     */
    private static final long GATHER_MILLIS = 250;
    /** Until what was gathered is in its batches. */
    private static final int LINGER_MILLIS = 20;
    private static final int BATCH_BYTES = 64 * 1024;
    /** Between log lines about drops; the counter has them all. */
    private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);
    /** Record, ids and short texts; about 700 bytes. */
    private static final long BYTES_BESIDES_EXCERPT = 1024;

    private final String topic;
    private final long queueBytes;
    private final Producer<byte[], byte[]> producer;
    private final Counter dropped;
    private final AttemptRecord.Codec codec = new AttemptRecord.Codec();
    private final Queue<AttemptRecord> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final Thread thread = Thread.ofPlatform().name("attempts").unstarted(this::run);
    private volatile boolean closing;
    private final AtomicLong quietUntilNanos = new AtomicLong(System.nanoTime());

    /** @param clientProperties of a Kafka producer */
    public AttemptRecorder(String topic, Map<String, Object> clientProperties, AttemptSettings settings,
            MeterRegistry meters) {
        this.topic = topic;
        this.queueBytes = settings.queueBytes();
        this.dropped = Counter.builder("offhook.dispatcher.attempts.dropped")
                .description("attempts that are missing in the history").register(meters);
        Gauge.builder("offhook.dispatcher.attempts.waiting", waitingBytes, AtomicLong::get).baseUnit("bytes")
                .description("memory of attempts on their way to their topic").register(meters);
        clientProperties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.MAX_VALUE);
        clientProperties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        clientProperties.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
        clientProperties.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        clientProperties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        clientProperties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        this.producer = new KafkaProducer<>(clientProperties);
        thread.start();
    }

    @Override
    public void attempted(CallEventMessage message, int number, Optional<UUID> replayId, RegisteredEndpoint endpoint,
            AttemptResult result) {
        AttemptRecord record = AttemptRecord.of(message, number, replayId, endpoint, result);
        long bytes = bytes(record);
        if (waitingBytes.addAndGet(bytes) > queueBytes || closing) {
            waitingBytes.addAndGet(-bytes);
            drop(closing ? "the dispatcher ends" : "more than " + queueBytes + " bytes of them wait");
            return;
        }
        queue.add(record);
    }

    /** Of the heap; a character may take two. */
    private static long bytes(AttemptRecord record) {
        return BYTES_BESIDES_EXCERPT + 2L * record.responseExcerpt().length();
    }

    private void drop(String reason) {
        dropped.increment();
        long now = System.nanoTime();
        long quietUntil = quietUntilNanos.get();
        if (now - quietUntil >= 0 && quietUntilNanos.compareAndSet(quietUntil, now + QUIET_NANOS)) {
            log.warn(
                    "attempts are not recorded, deliveries go on; offhook_dispatcher_attempts_dropped_total counts them: {}",
                    reason);
        }
    }

    private void run() {
        try {
            while (!closing || !queue.isEmpty()) {
                AttemptRecord record = queue.poll();
                if (record == null) {
                    TimeUnit.MILLISECONDS.sleep(GATHER_MILLIS);
                } else {
                    waitingBytes.addAndGet(-bytes(record));
                    sendOrDrop(record);
                }
            }
        } catch (InterruptedException e) {
            log.debug("ended between attempts");
        } catch (InterruptException e) {
            // Of the producer, which waits for a broker that is away: the attempt in its hand is lost.
            drop("the dispatcher ends");
        }
    }

    private void sendOrDrop(AttemptRecord record) {
        try {
            byte[] key = record.endpointId().toString().getBytes(StandardCharsets.UTF_8);
            producer.send(new ProducerRecord<>(topic, key, codec.encode(record)), (_, failure) -> {
                if (failure != null) {
                    drop("topic " + topic + " does not take them: " + failure);
                }
            });
        } catch (InterruptException e) {
            throw e;
        } catch (RuntimeException e) {
            // One that cannot be written; those behind it go on.
            drop("one could not be sent to topic " + topic + ": " + e);
        }
    }

    /** Sends what waits, for 1 s at most and 1 s for its acknowledgement: history is not worth a late end. */
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
        dropped.increment(queue.size());
    }
}

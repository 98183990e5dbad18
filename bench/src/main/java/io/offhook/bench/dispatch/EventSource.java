package io.offhook.bench.dispatch;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Puts events into the topic as an ingestor does, all at once or at a steady rate. */
final class EventSource implements AutoCloseable {

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final KafkaProducer<byte[], byte[]> producer;
    private final EventStock stock;
    private volatile int sent;
    private volatile long maxLagNanos;
    private volatile Exception failure;

    EventSource(String brokers, EventStock stock) {
        this(settings(brokers), stock);
    }

    private EventSource(Map<String, Object> settings, EventStock stock) {
        this.producer = new KafkaProducer<>(settings);
        this.stock = stock;
    }

    /** For a topic that is filled at once, and whose batches are therefore full. */
    static EventSource compressing(String brokers, EventStock stock) {
        Map<String, Object> settings = settings(brokers);
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        return new EventSource(settings, stock);
    }

    /** As io.offhook.ingestor.publish.EventProducer has it. */
    static Map<String, Object> settings(String brokers) {
        return new HashMap<>(Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers, ProducerConfig.ACKS_CONFIG, "all",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true, ProducerConfig.LINGER_MS_CONFIG, 1,
                ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
                ByteArraySerializer.class, ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class));
    }

    /** Adds so many events and returns when the topic has them. */
    void fill(int events) throws Exception {
        int end = sent + events;
        for (int i = sent; i < end; i++) {
            send(i);
        }
        sent = end;
        flush();
    }

    /** Adds events at a steady rate, whether or not anybody keeps up, and returns when the topic has them. */
    void pace(double perSecond, int seconds) throws Exception {
        int first = sent;
        long begin = System.nanoTime();
        long nanos = TimeUnit.SECONDS.toNanos(seconds);
        for (long now = 0; now < nanos; now = System.nanoTime() - begin) {
            for (double due = (sent - first) / perSecond * 1e9; due <= now; due = (sent - first) / perSecond * 1e9) {
                maxLagNanos = Math.max(maxLagNanos, System.nanoTime() - begin - (long) due);
                send(sent);
                sent++;
            }
            LockSupport.parkNanos(TICK_NANOS);
        }
        flush();
    }

    private void send(int number) {
        producer.send(stock.record(number), (_, cause) -> {
            if (cause != null) {
                failure = cause;
            }
        });
    }

    private void flush() throws Exception {
        producer.flush();
        if (failure != null) {
            throw failure;
        }
    }

    int sent() {
        return sent;
    }

    /** How late the source was at worst. */
    long maxLagMillis() {
        return TimeUnit.NANOSECONDS.toMillis(maxLagNanos);
    }

    @Override
    public void close() {
        producer.close();
    }
}

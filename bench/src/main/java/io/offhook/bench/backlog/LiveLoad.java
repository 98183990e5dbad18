package io.offhook.bench.backlog;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.offhook.bench.Samples;
import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Call events of many tenants at a steady rate, each timed from its call of the producer to its arrival. */
final class LiveLoad implements AutoCloseable {

    private static final long LAST_ONES_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;
    private final int tenants;
    private final int perSecond;
    private final CallEventBody body = new CallEventBody();
    private final Map<String, Long> sentAt = new ConcurrentHashMap<>();
    private final double[] millis = new double[1 << 20];
    private int arrived;
    private final Thread thread = Thread.ofPlatform().daemon().name("live-load").unstarted(this::run);
    private volatile boolean stopping;

    LiveLoad(String brokers, String topic, int tenants, int perSecond) {
        this.topic = topic;
        this.tenants = tenants;
        this.perSecond = perSecond;
        // As io.offhook.ingestor.publish.EventProducer has it.
        producer = new KafkaProducer<>(new HashMap<>(Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers,
                ProducerConfig.ACKS_CONFIG, "all", ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true,
                ProducerConfig.LINGER_MS_CONFIG, 1,
                ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class,
                ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class)));
    }

    static String tenant(int number) {
        return "tenant-" + number + ".example";
    }

    void start() {
        thread.start();
    }

    private void run() {
        long begin = System.nanoTime();
        for (long sent = 0; !stopping;) {
            long now = System.nanoTime() - begin;
            for (; sent / (double) perSecond * 1e9 <= now; sent++) {
                send(sent);
            }
            LockSupport.parkNanos(TICK_NANOS);
        }
    }

    private void send(long number) {
        String tenant = tenant((int) (number % tenants));
        long micros = System.currentTimeMillis() * 1000;
        var leg = new LegIdentity(UUID.randomUUID().toString(), "0035799123456", "+442035040000", "1002",
                CallDirection.OUTBOUND);
        CallEvent event = new CallEvent.Originate(leg, micros);
        EventId id = EventId.of(leg.uuid(), CallAction.ORIGINATE);
        CallEventMessage message = CallEventMessage.of(id, event, "fs1", tenant, leg.uuid(), false, body.encode(event));
        sentAt.put(id.value(), System.nanoTime());
        producer.send(CallEventCodec.toRecord(topic, message));
    }

    /** A receiver has it; one that was sent before counts once. */
    void received(String id) {
        Long at = sentAt.remove(id);
        if (at != null) {
            synchronized (millis) {
                if (arrived < millis.length) {
                    millis[arrived++] = (System.nanoTime() - at) / 1e6;
                }
            }
        }
    }

    /** Since the last call. */
    Samples take() {
        synchronized (millis) {
            var samples = new Samples(Arrays.copyOf(millis, Math.max(1, arrived)));
            arrived = 0;
            return samples;
        }
    }

    /** Sends no more, and says how many of all that were sent have not come after a while. */
    int endAndCountMissing() throws InterruptedException {
        stopping = true;
        thread.join();
        producer.flush();
        long deadline = System.nanoTime() + LAST_ONES_NANOS;
        while (!sentAt.isEmpty() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return sentAt.size();
    }

    @Override
    public void close() {
        stopping = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            // The bench is being ended: what is not sent yet does not matter.
            Thread.currentThread().interrupt();
        }
        producer.close();
    }
}

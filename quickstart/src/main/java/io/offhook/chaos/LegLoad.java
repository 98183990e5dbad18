package io.offhook.chaos;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

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

/**
 * Legs that go straight into the events topic, as two ingestors put them there: some events come a second time, with another body,
 * and only the first is the event. Times pass whatever becomes of Kafka; what could not be sent goes when it is back.
 */
final class LegLoad implements AutoCloseable {

    static final List<String> TENANTS = List.of("tenant-a.example", "tenant-b.example");
    private static final int STEP_MILLIS = 5;
    private static final double ANSWERED = 0.7;
    private static final double COPIED = 0.1;
    private static final Duration RING = Duration.ofMillis(400);
    private static final Duration TALK = Duration.ofMillis(2500);
    private static final Duration COPY_DELAY = Duration.ofSeconds(1);

    /** @param number of its planning, which keeps what is due at one moment in order */
    private record Due(long atNanos, long number, CallEventMessage message) {}

    private final String topic;
    private final long intervalNanos;
    private final Random random;
    private final KafkaProducer<byte[], byte[]> producer;
    private final CallEventBody body = new CallEventBody();
    private final PriorityQueue<Due> due = new PriorityQueue<>(
            Comparator.comparingLong(Due::atNanos).thenComparingLong(Due::number));
    private final Thread thread = Thread.ofPlatform().name("leg-load").daemon().unstarted(this::run);
    private final long begunNanos = System.nanoTime();
    private final long begunMicros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    private long planned;
    private volatile boolean ending;
    private volatile Exception failure;

    LegLoad(String bootstrapServers, String topic, double legsPerSecond, long seed) {
        this.topic = topic;
        this.intervalNanos = (long) (TimeUnit.SECONDS.toNanos(1) / legsPerSecond);
        this.random = new Random(seed);
        this.producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers, ProducerConfig.ACKS_CONFIG, "all",
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true, ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        Integer.MAX_VALUE, ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.MAX_VALUE,
                        ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 500),
                new ByteArraySerializer(), new ByteArraySerializer());
    }

    LegLoad begin() {
        thread.start();
        return this;
    }

    /** Legs that were due so far: those that begin while the topic cannot be written are told when it can. */
    long legs() {
        return (System.nanoTime() - begunNanos) / intervalNanos;
    }

    /** Legs that come in so much time. */
    long legsIn(Duration time) {
        return Math.ceilDiv(time.toNanos(), intervalNanos);
    }

    /** Begins no more legs and lets those that are up come to their end; done when {@link #isOver()}. */
    void end() {
        ending = true;
    }

    /** All that there was to say is in the topic. */
    boolean isOver() { return !thread.isAlive(); }

    /** Why the topic lacks some of it; {@code null} when it does not. */
    Exception failure() {
        return failure;
    }

    private void run() {
        try {
            long nextLeg = 0;
            while (!ending || !due.isEmpty()) {
                long now = System.nanoTime() - begunNanos;
                for (; !ending && nextLeg <= now; nextLeg += intervalNanos) {
                    plan(nextLeg);
                }
                while (!due.isEmpty() && due.peek().atNanos() <= now) {
                    send(due.poll().message());
                }
                TimeUnit.MILLISECONDS.sleep(STEP_MILLIS);
            }
            producer.flush();
        } catch (InterruptedException | RuntimeException e) {
            // The scenario was broken off, or it goes on without load and says why it does not pass.
            failure = e;
        }
    }

    private void send(CallEventMessage message) {
        producer.send(CallEventCodec.toRecord(topic, message), (_, refused) -> {
            if (refused != null) {
                failure = refused;
            }
        });
    }

    private void plan(long beginNanos) {
        String uuid = new UUID(random.nextLong(), random.nextLong()).toString();
        var leg = new LegIdentity(uuid, "0035799" + random.nextInt(1_000_000), "+442035040000", "1002",
                CallDirection.values()[random.nextInt(CallDirection.values().length)]);
        String tenant = TENANTS.get(random.nextInt(TENANTS.size()));
        boolean answered = random.nextDouble() < ANSWERED;
        long answer = beginNanos + within(RING);
        long end = answer + within(TALK);
        plan(beginNanos, tenant, new CallEvent.Originate(leg, micros(beginNanos)));
        if (answered) {
            plan(answer, tenant, new CallEvent.Answer(leg, micros(answer)));
        }
        plan(end, tenant, new CallEvent.Hangup(leg, micros(beginNanos), answered ? micros(answer) : null, micros(end),
                answered ? "NORMAL_CLEARING" : "NO_ANSWER"));
    }

    private void plan(long atNanos, String tenant, CallEvent event) {
        due.add(new Due(atNanos, planned++, message(event, tenant, false, body.encode(event))));
        if (random.nextDouble() < COPIED) {
            // One more byte behind the object: whoever sends it has not taken the first for the event.
            byte[] encoded = body.encode(event);
            byte[] other = Arrays.copyOf(encoded, encoded.length + 1);
            other[encoded.length] = ' ';
            due.add(new Due(atNanos + within(COPY_DELAY), planned++, message(event, tenant, true, other)));
        }
    }

    private static CallEventMessage message(CallEvent event, String tenant, boolean copy, byte[] bytes) {
        String uuid = event.leg().uuid();
        return CallEventMessage.of(EventId.of(uuid, event.action()), event, copy ? "fs2" : "fs1", tenant,
                "call-" + uuid, copy, bytes);
    }

    private long within(Duration longest) {
        return 1 + (long) (random.nextDouble() * longest.toNanos());
    }

    private long micros(long nanos) {
        return begunMicros + nanos / 1000;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            // The scenario is broken off; the thread ends by itself.
            Thread.currentThread().interrupt();
        }
        producer.close(Duration.ZERO);
    }
}

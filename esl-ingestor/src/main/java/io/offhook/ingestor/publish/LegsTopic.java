package io.offhook.ingestor.publish;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.offhook.ingestor.call.LegJournal;
import io.offhook.ingestor.call.OpenLeg;
import io.offhook.model.CallEvent;
import io.offhook.runtime.DurableProducer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The compacted topic of open legs: a leg is written before its originate, again when an event of it is acknowledged, and struck off
 * when that event is its hangup. Whoever writes only notes what there is to write; a thread of its own sends the latest of each key,
 * so that a broker that is away costs nobody time, and no more memory than there are open legs.
 */
public final class LegsTopic implements LegJournal, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LegsTopic.class);
    /** What is not written then is found again from the events of the legs. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
    private static final long AGAIN_MILLIS = 1_000;
    private static final String CORE = "core/";
    private static final String WRITER = "writer";
    private static final byte[] STRUCK_OFF = {};

    private final String topic;
    private final Map<String, Object> producerSettings;
    private volatile Producer<byte[], byte[]> producer;
    private final LegRecordCodec codec = new LegRecordCodec();
    private final byte[] writer = new byte[8];
    /** Never changed under the lock: its computations hold a part of the map and take the lock inside. */
    private final Map<String, OpenLeg> open = new ConcurrentHashMap<>();
    private final Object lock = new Object();
    /** What is to be sent, by key; guarded by the lock. */
    private final Map<String, byte[]> unsent = new LinkedHashMap<>();
    /** Legs that stand in the topic, or soon do; guarded by the lock. */
    private final Set<String> standing = new HashSet<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread sender = Thread.ofPlatform().daemon().name("legs-topic").unstarted(this::send);

    /** @param clientProperties connection properties of the Kafka client */
    public LegsTopic(String topic, Map<String, Object> clientProperties) {
        this.topic = topic;
        new SecureRandom().nextBytes(writer);
        this.producerSettings = DurableProducer.settings(clientProperties);
        producerSettings.put(ProducerConfig.LINGER_MS_CONFIG, 1);
        this.producer = new KafkaProducer<>(producerSettings);
        sender.start();
    }

    @Override
    public void write(OpenLeg leg) {
        // What is published is known here alone; all else the tracker knows better.
        open.compute(leg.identity().uuid(), (uuid, known) -> {
            OpenLeg merged = known == null || known.published() == null || known.callStart() != leg.callStart()
                    ? leg
                    : leg.publishedUpTo(known.published(), leg.answerStart());
            note(uuid, codec.encode(merged));
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
                note(uuid, STRUCK_OFF);
                return null;
            }
            OpenLeg further = leg.publishedUpTo(event.action(),
                    event instanceof CallEvent.Answer answer ? answer.answerStart() : 0);
            note(uuid, codec.encode(further));
            return further;
        });
    }

    @Override
    public void ending(String uuid) {
        open.computeIfPresent(uuid, (_, leg) -> {
            synchronized (lock) {
                if (standing.contains(uuid)) {
                    return leg;
                }
                unsent.remove(uuid);
                return null;
            }
        });
    }

    @Override
    public void ended(String uuid) {
        if (open.remove(uuid) != null) {
            note(uuid, STRUCK_OFF);
        }
    }

    /** Takes over a leg that stands in the topic already; of one that is known here more is known here. */
    public void adopt(OpenLeg leg) {
        open.putIfAbsent(leg.identity().uuid(), leg);
        synchronized (lock) {
            standing.add(leg.identity().uuid());
        }
    }

    /** A core is alive: other ingestors that have lost sight of it do not judge it. */
    public void heartbeat(String coreUuid, CoreHeartbeat heartbeat) {
        note(CORE + coreUuid, heartbeat.encode());
    }

    /** The Core-UUID that a record's key names; {@code null} for a leg's. */
    static String coreOf(String key) {
        return key.startsWith(CORE) ? key.substring(CORE.length()) : null;
    }

    /** Whether this very object has written the record. */
    boolean isOwn(Headers headers) {
        Header by = headers.lastHeader(WRITER);
        return by != null && Arrays.equals(by.value(), writer);
    }

    private void note(String key, byte[] value) {
        synchronized (lock) {
            boolean strikes = value == STRUCK_OFF;
            if (strikes && !standing.remove(key)) {
                // The topic has never heard of the leg, and need not.
                unsent.remove(key);
                return;
            }
            unsent.put(key, value);
            lock.notifyAll();
        }
    }

    private void send() {
        try {
            List<Map.Entry<String, byte[]>> batch = take();
            while (!batch.isEmpty()) {
                send(batch);
                batch = take();
            }
        } catch (InterruptedException | InterruptException e) {
            // Only closing interrupts; what is not written then is found again from the events of the legs.
            log.debug("stopped", e);
        }
    }

    private void send(List<Map.Entry<String, byte[]>> batch) throws InterruptedException {
        try {
            batch.forEach(entry -> send(entry.getKey(), entry.getValue()));
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            if (closed.get()) {
                throw new InterruptedException("closed while sending");
            }
            // A producer that has failed for good takes nothing more: a new one goes on with what is not written over since.
            log.error("legs cannot be written to topic {}, trying again: {}", topic, e.toString());
            synchronized (lock) {
                batch.forEach(entry -> unsent.putIfAbsent(entry.getKey(), entry.getValue()));
            }
            producer.close(Duration.ZERO);
            TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
            producer = new KafkaProducer<>(producerSettings);
        }
    }

    /** Empty when all is sent and nothing more will come. */
    private List<Map.Entry<String, byte[]>> take() throws InterruptedException {
        synchronized (lock) {
            while (unsent.isEmpty() && !closed.get()) {
                lock.wait();
            }
            var batch = new ArrayList<>(
                    unsent.entrySet().stream().map(e -> Map.entry(e.getKey(), e.getValue())).toList());
            unsent.clear();
            batch.stream().filter(entry -> entry.getValue() != STRUCK_OFF && coreOf(entry.getKey()) == null)
                    .forEach(entry -> standing.add(entry.getKey()));
            return batch;
        }
    }

    private void send(String key, byte[] value) {
        var record = new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8),
                value == STRUCK_OFF ? null : value);
        record.headers().add(WRITER, writer);
        producer.send(record, (_, failure) -> {
            if (failure != null && !closed.get()) {
                // The leg goes on; only a restart would not know it, and then finds it midway.
                log.error("leg {} was not accepted by topic {}: {}", key, topic, failure.toString());
            }
        });
    }

    @Override
    public void close() {
        closed.set(true);
        synchronized (lock) {
            lock.notifyAll();
        }
        try {
            sender.join(CLOSE_TIMEOUT);
            sender.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close(CLOSE_TIMEOUT);
    }
}

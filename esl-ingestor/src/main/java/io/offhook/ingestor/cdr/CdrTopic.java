package io.offhook.ingestor.cdr;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

import io.offhook.runtime.DurableProducer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * CDRs into the topic, keyed by the leg's uuid, acknowledged by all replicas in sync before they count as accepted. A record whose
 * acknowledgement comes after the wait was given up is there all the same; FreeSWITCH sends it again, and then it is a copy, which
 * does no harm.
 */
final class CdrTopic implements AutoCloseable {

    /** Names the core on which the leg ended, for whoever reads the topic without its values. */
    static final String CORE_HEADER = "core_uuid";

    enum Acceptance {
        ACCEPTED, DUPLICATE, UNAVAILABLE, TOO_LARGE
    }

    private static final Logger log = LoggerFactory.getLogger(CdrTopic.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    /** FreeSWITCH gives up and writes its error file long before. */
    private static final int DELIVERY_MILLIS = 30_000;
    private static final int REQUEST_MILLIS = 10_000;
    /** Key, headers and the batch's own header. */
    private static final int OVERHEAD_BYTES = 65_536;

    private final String topic;
    private final Future<?> made;
    private final long waitNanos;
    private final Producer<byte[], byte[]> producer;
    private final AcceptedCdrs accepted;
    private final AtomicReference<String> complaint = new AtomicReference<>();

    /**
     * @param made done when the topic is there as Offhook makes it: a producer that is earlier may have the broker make another
     * @param clientProperties connection properties of the Kafka client; what durability and the bound of a wait need is set here
     */
    CdrTopic(String topic, Future<?> made, Map<String, Object> clientProperties, CdrSettings settings) {
        this.topic = topic;
        this.made = made;
        this.waitNanos = settings.answerWithin().toNanos();
        this.accepted = new AcceptedCdrs(settings.memory());
        Map<String, Object> producerSettings = DurableProducer.settings(clientProperties);
        producerSettings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MILLIS);
        producerSettings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_MILLIS);
        producerSettings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, settings.answerWithin().toMillis());
        producerSettings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, settings.maxBytes() + OVERHEAD_BYTES);
        producerSettings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        this.producer = new KafkaProducer<>(producerSettings);
    }

    /** Waits for the acknowledgement no longer than the setting says; any number of callers at once. */
    Acceptance accept(CdrReport cdr, byte[] json) {
        long begun = System.nanoTime();
        if (accepted.contains(cdr, begun)) {
            return Acceptance.DUPLICATE;
        }
        if (made.state() != Future.State.SUCCESS) {
            return unavailable("not made yet");
        }
        try {
            send(cdr, json).get(Math.max(0, waitNanos - (System.nanoTime() - begun)), TimeUnit.NANOSECONDS);
            if (complaint.getAndSet(null) != null) {
                log.info("CDRs are accepted again");
            }
            return Acceptance.ACCEPTED;
        } catch (TimeoutException e) {
            return unavailable("not acknowledged within " + TimeUnit.NANOSECONDS.toMillis(waitNanos) + " ms");
        } catch (ExecutionException e) {
            return e.getCause() instanceof RecordTooLargeException
                    ? Acceptance.TOO_LARGE
                    : unavailable(String.valueOf(e.getCause().getMessage()));
        } catch (InterruptedException | InterruptException e) {
            // The service stops: FreeSWITCH sends it again or keeps it.
            Thread.currentThread().interrupt();
            return Acceptance.UNAVAILABLE;
        } catch (KafkaException e) {
            return unavailable(String.valueOf(e.getMessage()));
        }
    }

    private Future<RecordMetadata> send(CdrReport cdr, byte[] json) {
        List<Header> headers = List
                .of(new RecordHeader(CORE_HEADER, cdr.coreUuid().getBytes(StandardCharsets.UTF_8)));
        var entry = new ProducerRecord<>(topic, null, cdr.uuid().getBytes(StandardCharsets.UTF_8), json, headers);
        return producer.send(entry, (_, failure) -> {
            if (failure == null) {
                accepted.add(cdr, System.nanoTime());
            }
        });
    }

    /** The caller says it to FreeSWITCH, which keeps the CDR; the log says it once. */
    private Acceptance unavailable(String reason) {
        if (complaint.getAndSet(reason) == null) {
            log.warn("a CDR could not be kept, FreeSWITCH is told to try again: topic {}: {}", topic, reason);
        }
        return Acceptance.UNAVAILABLE;
    }

    /** Waits for what is under way, 5 s at most. */
    @Override
    public void close() {
        producer.close(CLOSE_TIMEOUT);
    }
}

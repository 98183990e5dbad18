package io.offhook.api.audit;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.api.problem.Problem;
import io.offhook.api.problem.ProblemException;
import io.offhook.runtime.TopicSettings;
import io.offhook.runtime.events.EventTopic;
import io.offhook.runtime.events.PartitionRange;
import io.offhook.runtime.events.PartitionReader;
import io.offhook.runtime.events.ReadRecord;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.coyote.CloseNowException;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Streams records of the events topic to clients, each from a consumer of its own, in memory that does not grow with what is read. */
@Component
final class AuditReads implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(AuditReads.class);
    private static final Duration POLL = Duration.ofMillis(250);

    private final String topic;
    private final KafkaProperties kafka;
    private final AuditSettings settings;
    private final ReadPlaces places;
    private final Counter records;
    private volatile boolean running;

    AuditReads(TopicSettings topics, KafkaProperties kafka, AuditSettings settings, MeterRegistry meters) {
        this.topic = topics.topics().callEvents();
        this.kafka = kafka;
        this.settings = settings;
        this.places = new ReadPlaces(settings.maxReads(), settings.maxReadsPerTenant());
        this.records = Counter.builder("offhook.api.audit.records").description("records read for audit reads")
                .register(meters);
        Gauge.builder("offhook.api.audit.reads", places, ReadPlaces::taken).description("audit reads under way")
                .register(meters);
    }

    /**
     * Writes what is meant, one record a line.
     *
     * @param tenant of the caller, {@code null} for one of all tenants
     * @throws ProblemException 503, as long as nothing has been sent
     * @throws CloseNowException once something has: the connection is cut, so that the client sees that the answer is not whole
     * @throws IOException when the client has gone
     */
    void write(AuditQuery query, String tenant, HttpServletResponse response) throws IOException {
        try (var _ = places.take(tenant); EventTopic events = open()) {
            var out = new LineOutput(response.getOutputStream(), settings.idleInterval());
            for (PartitionRange range : events.find(query.range())) {
                write(events.read(range), query, out);
            }
            out.flush();
        } catch (KafkaException e) {
            log.warn("an audit read ended early: {}", e.getMessage());
            if (response.isCommitted()) {
                throw new CloseNowException("audit read cut short", e);
            }
            throw new ProblemException(Problem.unavailable("Kafka cannot serve now; try again"));
        }
    }

    private EventTopic open() {
        Map<String, Object> properties = kafka.buildConsumerProperties();
        return new EventTopic(topic, properties, settings.kafkaTimeout(), settings.lookBack());
    }

    private void write(PartitionReader reader, AuditQuery query, LineOutput out) throws IOException {
        long position = reader.position();
        long moved = System.nanoTime();
        while (!reader.isDone()) {
            if (!running) {
                throw new KafkaException("the API is stopping");
            }
            var read = reader.poll(POLL);
            records.increment(read.size());
            for (ReadRecord record : read) {
                if (query.matches(record.record())) {
                    out.write(record);
                }
            }
            out.tick();
            if (reader.position() != position) {
                position = reader.position();
                moved = System.nanoTime();
            } else if (System.nanoTime() - moved > settings.stallTimeout().toNanos()) {
                throw new KafkaException("nothing has come for " + settings.stallTimeout().toMillis() + " ms");
            }
        }
    }

    @Override
    public void start() {
        running = true;
    }

    /** Before the web server waits for what is under way: a read may last for minutes. */
    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() { return running; }
}

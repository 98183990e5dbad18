package io.offhook.bench.queries;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;
import io.offhook.model.Topics;
import io.offhook.testkit.kafka.KafkaProcess;
import io.offhook.testkit.kafka.TestTopics;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** How fast one API process brings a topic into the table of calls. */
final class ProjectionRun {

    private static final int PARTITIONS = 24;
    /** Legs whose events interleave. */
    private static final int WAVE = 1_000;
    private static final int TENANTS = 100;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration LOOK = Duration.ofMillis(50);

    private final Path root;
    private final Path directory;
    private final int events;
    private final Topics topics = new Topics(Topics.DEFAULT_PREFIX);
    private final CallEventBody bodies = new CallEventBody();

    ProjectionRun(Path root, Path directory, int events) {
        this.root = root;
        this.directory = directory;
        this.events = events;
    }

    /** From a tenth of the events, when everything is warm, to the last. */
    double eventsPerSecond(EmbeddedPostgresServer postgres) throws Exception {
        String url = postgres.createDatabase("projection");
        try (KafkaProcess kafka = KafkaProcess.asShipped().start()) {
            int published = publish(kafka.bootstrapServers());
            try (var api = new ApiProcess(root, directory, Map.of("SPRING_DATASOURCE_URL", url,
                    "SPRING_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers()));
                    Connection connection = DriverManager.getConnection(url)) {
                api.awaitReady();
                long warm = awaitDone(connection, published / 10);
                long began = System.nanoTime();
                long done = awaitDone(connection, published);
                return (done - warm) / ((System.nanoTime() - began) / 1e9);
            }
        }
    }

    private static long awaitDone(Connection connection, long wanted) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - deadline < 0) {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement
                            .executeQuery("select coalesce(sum(next_offset), 0) from call_projector_progress")) {
                row.next();
                if (row.getLong(1) >= wanted) {
                    return row.getLong(1);
                }
            }
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
        }
        throw new IllegalStateException("fewer than " + wanted + " events after " + PATIENCE);
    }

    private int publish(String brokers) throws Exception {
        Map<String, Object> client = Map.of("bootstrap.servers", brokers);
        TestTopics.make(brokers, new NewTopic(topics.callEvents(), Optional.of(PARTITIONS), Optional.empty()));
        int published = 0;
        try (var producer = new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer())) {
            while (published < events) {
                long start = System.currentTimeMillis() * 1000;
                List<LegIdentity> wave = IntStream.range(0, WAVE)
                        .mapToObj(i -> new LegIdentity(UUID.randomUUID().toString(), "0035799" + (100_000 + i),
                                "+44203504" + i, "1002", CallDirection.OUTBOUND))
                        .toList();
                for (CallAction action : CallAction.values()) {
                    for (int i = 0; i < WAVE; i++) {
                        CallEvent event = event(action, wave.get(i), start);
                        var message = CallEventMessage.of(EventId.of(wave.get(i).uuid(), action), event, "fs1",
                                "t" + i % TENANTS + ".example", wave.get(i).uuid(), false, bodies.encode(event));
                        producer.send(CallEventCodec.toRecord(topics.callEvents(), message));
                        published++;
                    }
                }
            }
        }
        return published;
    }

    private static CallEvent event(CallAction action, LegIdentity leg, long start) {
        return switch (action) {
            case ORIGINATE -> new CallEvent.Originate(leg, start);
            case ANSWER -> new CallEvent.Answer(leg, start + 5_000_000);
            case HANGUP -> new CallEvent.Hangup(leg, start, start + 5_000_000, start + 65_000_000, "NORMAL_CLEARING");
        };
    }
}

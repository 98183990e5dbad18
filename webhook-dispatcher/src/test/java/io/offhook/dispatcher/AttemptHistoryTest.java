package io.offhook.dispatcher;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.offhook.model.CallAction;
import io.offhook.testkit.kafka.EmbeddedKafka;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import io.offhook.testkit.receiver.Answer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.dao.DataAccessException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** From a request to its row in the history, over the real topic. */
@ExtendWith(SharedServers.class)
class AttemptHistoryTest {

    private static final String TENANT = CallEvents.TENANT;

    private final EmbeddedKafka kafka;
    private final EmbeddedPostgresServer postgres;
    private Site site;

    AttemptHistoryTest(EmbeddedKafka kafka, EmbeddedPostgresServer postgres) {
        this.kafka = kafka;
        this.postgres = postgres;
    }

    @BeforeEach
    void open(TestInfo test) {
        site = new Site(kafka, postgres, test.getTestMethod().orElseThrow().getName().toLowerCase().substring(0, 20));
    }

    @AfterEach
    void close() {
        if (!postgres.isRunning()) {
            postgres.start();
        }
        site.close();
    }

    @Test
    void everyAttemptIsInItWithItsOutcomeAndOnceWhenTwoDispatchersReadItAgain() throws Exception {
        UUID well = site.addEndpoint("/ok/well", TENANT);
        UUID broken = site.addEndpoint("/status/500/broken", TENANT);
        UUID hung = site.addEndpoint("/hang/before/hung", TENANT, Map.of("request_timeout_sec", "1"));
        UUID refusing = site.registry.addEndpoint("http://127.0.0.1:" + unusedPort() + "/",
                Map.of("tenant", "'" + TENANT + "'"));
        Instant before = Instant.now();
        try (var dispatcher = site.dispatcher()) {
            dispatcher.awaitEndpoint(refusing);
            site.publish(CallEvents.of("leg", CallAction.HANGUP));
            await().atMost(Site.LIMIT).untilAsserted(() -> {
                assertThat(attempts(well)).hasSize(1);
                assertThat(attempts(broken)).hasSizeGreaterThanOrEqualTo(2);
                assertThat(attempts(hung)).isNotEmpty();
                assertThat(attempts(refusing)).isNotEmpty();
            });
            Map<String, Object> delivered = attempts(well).getFirst();
            assertThat(delivered).containsEntry("event_id", "leg_hangup").containsEntry("uuid", "leg")
                    .containsEntry("action", "hangup").containsEntry("tenant", TENANT)
                    .containsEntry("replay_id", null).containsEntry("attempt", 1)
                    .containsEntry("outcome", "delivered").containsEntry("status_code", 200)
                    .containsEntry("error", null).containsEntry("response_excerpt", "ok");
            assertThat((String) delivered.get("remote_address")).matches("127\\.0\\.0\\.1:\\d+");
            assertThat(attemptedAt(well)).isBetween(before.minusMillis(1), Instant.now());
            assertThat(attempts(broken)).extracting(row -> row.get("attempt")).startsWith(1, 2);
            assertThat(attempts(broken)).allSatisfy(row -> assertThat(row).containsEntry("outcome", "failed")
                    .containsEntry("status_code", 500).containsEntry("error", "http_5xx")
                    .containsEntry("response_excerpt", "status 500"));
            assertThat(attempts(hung).getFirst()).containsEntry("outcome", "failed").containsEntry("status_code", null)
                    .containsEntry("error", "request_timeout").containsEntry("response_excerpt", "");
            assertThat((Long) attempts(hung).getFirst().get("duration_ms")).isGreaterThanOrEqualTo(1000);
            assertThat(attempts(refusing).getFirst()).containsEntry("error", "connect_refused")
                    .containsEntry("status_code", null);
        }
        List<UUID> endpoints = List.of(broken, hung, refusing);
        endpoints.forEach(site.registry::removeEndpoint);
        int attempts = rows();
        readAgain();
        try (var one = site.dispatcher(); var _ = site.dispatcher()) {
            one.awaitEndpoint(well);
            site.publish(CallEvents.of("later", CallAction.HANGUP));
            await().atMost(Site.LIMIT).until(() -> attempts(well).size() == 2 && persisted() > attempts);
        }
        assertThat(site.registry.value(Long.class, "select count(*) - count(distinct id) from delivery_attempts"))
                .isZero();
    }

    @Test
    void postgresThatIsAwayLosesNoneOfIt() {
        UUID endpoint = site.addEndpoint("/ok/away", TENANT);
        try (var dispatcher = site.dispatcher()) {
            dispatcher.awaitEndpoint(endpoint);
            site.publishLegs("before-", 10, TENANT);
            await().atMost(Site.LIMIT).until(() -> rows() == 30);
            postgres.stop();
            site.publishLegs("away-", 40, TENANT);
            site.receiver.ledger().awaitAccepted(150, Site.LIMIT);
            site.awaitAllCommitted();
            postgres.start();
            await().atMost(Site.LIMIT).until(() -> rows() == 150);
            site.publishLegs("after-", 10, TENANT);
            await().atMost(Site.LIMIT).until(() -> rows() == 180);
            assertThat(dispatcher.counter("offhook.dispatcher.attempts.dropped")).isZero();
            assertThat(site.registry.jdbc().sql("select inhrelid::regclass::text from pg_inherits"
                    + " where inhparent = 'delivery_attempts'::regclass").query(String.class).list())
                    .hasSizeGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void aTopicThatTakesNoAttemptsHoldsUpNoDeliveryAndEachIsCounted() throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(site.topics().webhookAttempts(), Optional.of(2), Optional.empty())
                    .configs(Map.of("max.message.bytes", "1024")))).all().get();
        }
        var text = new StringBuilder();
        // Of chance, so that it stays too large when compressed.
        new Random(1).ints(16 * 1024, 33, 126).forEach(text::appendCodePoint);
        byte[] full = text.toString().getBytes(StandardCharsets.US_ASCII);
        site.receiver.on("/full", _ -> new Answer.Response(200, Map.of(), full));
        UUID endpoint = site.addEndpoint("/full", TENANT);
        try (var dispatcher = site.dispatcher(Map.of("offhook.attempts.queue-bytes", "65536"))) {
            dispatcher.awaitEndpoint(endpoint);
            site.publishLegs("full-", 20, TENANT);
            site.receiver.ledger().awaitAccepted(60, Site.LIMIT);
            site.awaitAllCommitted();
            await().atMost(Site.LIMIT).until(() -> dispatcher.counter("offhook.dispatcher.attempts.dropped") == 60);
        }
        assertThat(rows()).isZero();
    }

    private List<Map<String, Object>> attempts(UUID endpoint) {
        return site.registry.jdbc().sql("select * from delivery_attempts where endpoint_id = ? order by attempted_at")
                .param(endpoint).query().listOfRows();
    }

    private Instant attemptedAt(UUID endpoint) {
        return site.registry.value(OffsetDateTime.class,
                "select attempted_at from delivery_attempts where endpoint_id = ?", endpoint).toInstant();
    }

    /** 0 while PostgreSQL is coming back. */
    private int rows() {
        try {
            return site.registry.value(Integer.class, "select count(*) from delivery_attempts");
        } catch (DataAccessException e) {
            return 0;
        }
    }

    /** Sets the persister back to the beginning of its topic. */
    private void readAgain() {
        try (var admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            var beginnings = IntStream.range(0, 12).boxed().collect(Collectors.toMap(
                    i -> new TopicPartition(site.topics().webhookAttempts(), i), _ -> new OffsetAndMetadata(0)));
            // Refused until the persister that was stopped has left its group.
            await().atMost(Site.LIMIT).ignoreExceptions().until(() -> {
                admin.alterConsumerGroupOffsets(site.topics().attemptPersisterGroup(), beginnings).all().get();
                return true;
            });
        }
    }

    /** How far the persister has come in its topic, all partitions together. */
    private long persisted() throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            return admin.listConsumerGroupOffsets(site.topics().attemptPersisterGroup())
                    .partitionsToOffsetAndMetadata().get().values().stream().mapToLong(OffsetAndMetadata::offset).sum();
        }
    }

    private static int unusedPort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}

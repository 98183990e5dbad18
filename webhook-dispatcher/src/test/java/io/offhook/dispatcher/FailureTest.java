package io.offhook.dispatcher;

import java.sql.Timestamp;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.CallEventMessage;
import io.offhook.testkit.kafka.EmbeddedKafka;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import io.offhook.testkit.receiver.Answer;
import io.offhook.testkit.receiver.Received;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/** Receivers that fail, and how what they missed comes to them. */
@ExtendWith(SharedServers.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FailureTest {

    @AutoClose
    private final Site site;
    @AutoClose
    private RunningDispatcher dispatcher;

    FailureTest(EmbeddedKafka kafka, EmbeddedPostgresServer postgres) {
        site = new Site(kafka, postgres, "failure");
    }

    @BeforeAll
    void start() {
        dispatcher = site.dispatcher();
        site.awaitPersister();
    }

    @Test
    void anEndpointThatFailsAndRecoversGetsEverythingInOrder() {
        var well = new AtomicBoolean();
        site.receiver.on("/recovers", _ -> well.get() ? Answer.ok() : Answer.status(500));
        UUID endpoint = add("/recovers", "recovers.example", Map.of());
        site.publishLegs("recovers-", 30, "recovers.example");
        site.awaitBreaker(endpoint, "open");
        site.publishLegs("later-", 10, "recovers.example");
        well.set(true);
        awaitAccepted("/recovers", 120);

        assertThat(site.receiver.ledger().report().outOfOrder()).isEmpty();
        assertThat(site.receiver.ledger().duplicates()).isEmpty();
        awaitRows(endpoint, "delivered");
        site.awaitBreaker(endpoint, "closed");
        site.awaitAllCommitted();
        await().atMost(Site.LIMIT).until(() -> !site.registry.value(Boolean.class,
                "select degraded from endpoint_lanes where endpoint_id = ?", endpoint));
        assertThat(attemptsOfAcceptedMatchTheirRows(endpoint)).isTrue();
    }

    @Test
    void aRefusedMessageIsTriedThreeTimesAndItsLegWaitsUntilItMayPass() {
        site.receiver.on("/refuses", received -> received.action().equals("originate")
                ? Answer.status(422)
                : Answer.ok());
        UUID endpoint = add("/refuses", "refuses.example", Map.of());
        site.publishLegs("refused-", 1, "refuses.example");
        await().atMost(Site.LIMIT).until(() -> site.registry.rows(endpoint).stream()
                .anyMatch(row -> row.get("status").equals("exhausted")));
        awaitAccepted("/refuses", 2);

        Map<String, Object> refused = site.registry.row("refused-0_originate");
        assertThat(refused).containsEntry("attempts", 3).containsEntry("message_failures", 3)
                .containsEntry("last_error", "http_4xx").containsEntry("last_status_code", 422);
        List<Received> all = site.receiver.ledger().byPath("/refuses");
        assertThat(all).filteredOn(received -> received.action().equals("originate")).hasSize(3)
                .extracting(Received::attempt).containsExactly("1", "2", "3");
        Received answer = all.stream().filter(received -> received.action().equals("answer")).findFirst().orElseThrow();
        assertThat(answer.arrivedAt()).isAfterOrEqualTo(((Timestamp) refused.get("passable_at")).toInstant());
        assertThat(answer.attempt()).isEqualTo("1");
        assertThat(site.registry.breakers(endpoint)).as("its receiver is well").doesNotContain("open");
    }

    @Test
    void goneDisablesTheEndpointAndKeepsItsRowsPending() {
        UUID endpoint = add("/gone/for-good", "gone.example", Map.of());
        site.publish(CallEvents.of("gone-leg", CallAction.ORIGINATE, "gone.example", CallDirection.OUTBOUND));
        await().atMost(Site.LIMIT).until(() -> site.registry.value(String.class,
                "select coalesce(disabled_reason, '') from endpoints where id = ?", endpoint).equals("gone"));
        dispatcher.awaitEndpoint(endpoint, registered -> !registered.endpoint().enabled());
        site.publish(CallEvents.of("gone-leg", CallAction.ANSWER, "gone.example", CallDirection.OUTBOUND));
        site.awaitAllCommitted();
        await().atMost(Site.LIMIT).untilAsserted(() -> assertThat(site.registry.rows(endpoint))
                .extracting(row -> row.get("event_id"), row -> row.get("status"), row -> row.get("attempts"))
                .containsExactly(tuple("gone-leg_originate", "pending", 1)));
    }

    @Test
    void fiveFailuresOpenTheBreakerThenOnlyProbesGoUntilOneSucceeds() {
        var well = new AtomicBoolean();
        site.receiver.on("/breaks", _ -> well.get() ? Answer.ok() : Answer.status(500));
        UUID endpoint = add("/breaks", "breaks.example", Map.of("max_in_flight", "1"));
        for (int i = 0; i < 30; i++) {
            site.publish(CallEvents.leg("breaks-" + i).stream().map(message -> tenant(message, "breaks.example"))
                    .toList());
        }
        await().atMost(Site.LIMIT).until(() -> step(endpoint) >= 5);
        int stepBefore = step(endpoint);
        int requests = site.receiver.ledger().byPath("/breaks").size();
        int stepAfter = step(endpoint);
        assertThat(requests).as("5 failures and a probe per step").isBetween(5 + stepBefore - 1, 5 + stepAfter);
        assertThat(site.registry.rows(endpoint)).hasSize(90);

        well.set(true);
        awaitAccepted("/breaks", 90);
        awaitRows(endpoint, "delivered");
        site.awaitBreaker(endpoint, "closed");
        assertThat(outOfOrder("/breaks")).isEmpty();
        assertThat(step(endpoint)).isZero();
    }

    @Test
    void aRateLimitIsKeptAndNothingIsLost() {
        UUID endpoint = add("/ok/rate", "rate.example", Map.of("rate_limit_per_sec", "50"));
        site.publishLegs("rate-", 40, "rate.example");
        awaitAccepted("/ok/rate", 120);
        List<Received> all = site.receiver.ledger().byPath("/ok/rate");
        long nanos = all.getLast().arrivedNanos() - all.getFirst().arrivedNanos();
        assertThat(nanos / 1e9).as("50 saved up, 70 at 50 a second").isGreaterThan(1.3);
        assertThat(outOfOrder("/ok/rate")).isEmpty();
        site.awaitAllCommitted();
        assertThat(site.registry.rows(endpoint)).allMatch(row -> row.get("status").equals("delivered"));
    }

    @Test
    void aReceiverThatRefusesEveryFewthMessageGetsAllOthersInTheirOrder() {
        site.receiver.on("/picky", received -> Math.floorMod(received.webhookId().hashCode(), 7) == 0
                && received.attempt().equals("1") ? Answer.status(400) : Answer.ok());
        UUID endpoint = add("/picky", "picky.example", Map.of());
        site.publishLegs("picky-", 60, "picky.example");
        awaitAccepted("/picky", 180);
        awaitRows(endpoint, "delivered");
        assertThat(outOfOrder("/picky")).isEmpty();
    }

    private static CallEventMessage tenant(CallEventMessage message, String tenant) {
        return CallEvents.of(message.uuid(), message.action(), tenant, CallDirection.OUTBOUND);
    }

    /** A row's attempts and the number that its last POST bore agree. */
    private boolean attemptsOfAcceptedMatchTheirRows(UUID endpoint) {
        return site.registry.rows(endpoint).stream().allMatch(row -> site.receiver.ledger()
                .byWebhookId((String) row.get("event_id")).getLast().attempt().equals(row.get("attempts").toString()));
    }

    private List<String> outOfOrder(String path) {
        return site.receiver.ledger().report().outOfOrder().stream().filter(line -> line.startsWith(path + " "))
                .toList();
    }

    private UUID add(String path, String tenant, Map<String, String> columns) {
        UUID id = site.addEndpoint(path, tenant, columns);
        dispatcher.awaitEndpoint(id);
        return id;
    }

    private void awaitAccepted(String path, int count) {
        site.receiver.ledger().await(ledger -> ledger.byPath(path).stream().filter(Received::accepted)
                .map(Received::webhookId).distinct().count() >= count, Site.LIMIT);
    }

    private void awaitRows(UUID endpoint, String status) {
        await().atMost(Site.LIMIT).untilAsserted(() -> assertThat(site.registry.rows(endpoint)).isNotEmpty()
                .allSatisfy(row -> assertThat(row).containsEntry("status", status)));
    }

    private int step(UUID endpoint) {
        return site.registry.jdbc().sql("select step from endpoint_lanes where endpoint_id = ?").param(endpoint)
                .query(Integer.class).optional().orElse(0);
    }
}

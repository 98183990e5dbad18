package io.offhook.dispatcher.retry;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import com.zaxxer.hikari.HikariDataSource;
import io.offhook.dispatcher.AttemptResults;
import io.offhook.dispatcher.CallEvents;
import io.offhook.dispatcher.Registry;
import io.offhook.dispatcher.SharedServers;
import io.offhook.dispatcher.persist.IndexScans;
import io.offhook.model.CallAction;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import io.offhook.sender.AttemptResult;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

@ExtendWith(SharedServers.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RetryStoreTest {

    private static final Duration LEASE = Duration.ofSeconds(70);
    private static final Duration START = Duration.ofSeconds(50);
    private static final RetrySchedule STEPS = new RetrySchedule(
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(10)), 0);

    @AutoClose
    private final Registry registry;
    @AutoClose
    private final HikariDataSource source = new HikariDataSource();
    private final JdbcTemplate jdbc = new JdbcTemplate(source, true);
    private final IndexScans indexScans = new IndexScans(JdbcClient.create(jdbc), new JdbcTransactionManager(source));
    private final SettleStore settles = new SettleStore(jdbc, indexScans, settings(STEPS));
    private final SweepStore sweeps = new SweepStore(jdbc, indexScans, settings(STEPS));
    private RetryStore store;
    private UUID endpoint;

    RetryStoreTest(EmbeddedPostgresServer postgres) {
        registry = new Registry(postgres, "retry_store");
        source.setJdbcUrl(registry.url());
    }

    @BeforeEach
    void empty() {
        registry.jdbc().sql("truncate failed_webhooks").update();
        store = store(STEPS);
        endpoint = registry.addEndpoint("http://127.0.0.1:1/ok");
    }

    @Test
    void aHandOffReadTwiceIsOneRow() {
        store.insert(serverError("a", CallAction.ORIGINATE), Instant.now());
        String first = registry.rowText("a_originate");
        store.insert(serverError("a", CallAction.ORIGINATE), Instant.now());
        assertThat(registry.rowText("a_originate")).isEqualTo(first);
        assertThat(registry.rows(endpoint).getFirst()).containsEntry("status", "pending").containsEntry("attempts", 1)
                .containsEntry("last_error", "http_5xx").containsEntry("payload", body("a", CallAction.ORIGINATE));
    }

    @Test
    void aDeletedEndpointKeepsNothing() {
        RetryRecord record = serverError("a", CallAction.ORIGINATE);
        registry.removeEndpoint(endpoint);
        store.insert(record, Instant.now());
        assertThat(registry.rows(endpoint)).isEmpty();
    }

    @Test
    void aTextThatPostgresCannotHoldIsStillARow() {
        CallEventMessage message = CallEvents.of("nul \0 uuid", CallAction.HANGUP);
        store.insert(new RetryRecord(endpoint, RetryRecord.LIVE, message.id().value(), message.uuid(), "hangup",
                message.attributes(), message.body(), 1, 0, "tls", "said \0", null, 0L), Instant.now());
        ClaimedRow claimed = claimDue().getFirst();
        assertThat(claimed.message().body()).isEqualTo(message.body());
        assertThat(claimed.message().attributes()).isEqualTo(message.attributes());
    }

    @Test
    void onlyTheHeadOfALegIsClaimed() {
        insertOrderedLeg("a");
        insertOrderedLeg("b");
        var claimed = claim(10);
        assertThat(ids(claimed)).containsExactlyInAnyOrder("a_originate", "b_originate");
        assertThat(claim(10)).as("behind a leased head").isEmpty();
        delivered(named(claimed, "a_originate"), AttemptResults.delivered());
        assertThat(ids(claim(10))).containsExactly("a_answer");
    }

    @Test
    void theLegsOfAUuidThatIsUsedAgainDoNotWaitForEachOther() {
        insertOrderedLeg("a");
        for (CallAction action : List.of(CallAction.ORIGINATE, CallAction.HANGUP)) {
            store.insert(record(endpoint, ofReused("a", action), 0, 0, null), Instant.now());
        }
        var claimed = claim(10);
        assertThat(ids(claimed)).containsExactlyInAnyOrder("a_originate", "a-1580283919489709_originate");
        delivered(named(claimed, "a-1580283919489709_originate"), AttemptResults.delivered());
        var later = claim(10);
        assertThat(ids(later)).as("the first leg is open").containsExactly("a-1580283919489709_hangup");
        release(later.getFirst());
        delivered(named(claimed, "a_originate"), AttemptResults.delivered());
        assertThat(ids(claim(10))).as("the later leg is open").containsExactlyInAnyOrder("a_answer",
                "a-1580283919489709_hangup");
    }

    @Test
    void aRowIsPassableOnlyAfterItsOwnFailureAndOnlyAfterTheTime() {
        store.insert(refused("a", CallAction.ORIGINATE), Instant.now());
        store.insert(notTried("a", CallAction.ANSWER), Instant.now());
        assertThat(claim(10)).as("within passAfter").isEmpty();
        set("a_originate", "passable_at = now() - interval '1 second'");
        assertThat(ids(claim(10))).containsExactly("a_answer");

        store.insert(serverError("b", CallAction.ORIGINATE), Instant.now().minusSeconds(3600));
        store.insert(notTried("b", CallAction.ANSWER), Instant.now());
        assertThat(claim(10)).as("the endpoint's failure is never passed").isEmpty();
    }

    @Test
    void aFailureOfTheEndpointMakesARowImpassableAgain() {
        store.insert(refused("a", CallAction.ORIGINATE), Instant.now());
        failed(claimDue().getFirst(), AttemptResults.serverError());
        assertThat(registry.row("a_originate")).containsEntry("passable_at", null).containsEntry("status", "pending");
    }

    @Test
    void anExhaustedRowIsPassedAfterTheTime() {
        store.insert(refused("a", CallAction.ORIGINATE), Instant.now());
        store.insert(notTried("a", CallAction.ANSWER), Instant.now());
        failed(claimOf("a_originate"), AttemptResults.refused());
        failed(claimOf("a_originate"), AttemptResults.refused());
        assertThat(registry.row("a_originate")).containsEntry("status", "exhausted").containsEntry("attempts", 3)
                .containsEntry("message_failures", 3).containsEntry("next_attempt_at", null);
        assertThat(claim(10)).isEmpty();
        set("a_originate", "passable_at = now() - interval '1 second'");
        assertThat(ids(claim(10))).containsExactly("a_answer");
    }

    @Test
    void failuresOfTheEndpointDoNotExhaust() {
        store.insert(serverError("a", CallAction.ORIGINATE), Instant.now());
        for (int i = 0; i < 20; i++) {
            failed(claimDue().getFirst(), AttemptResults.serverError());
        }
        assertThat(registry.row("a_originate")).containsEntry("status", "pending").containsEntry("attempts", 21)
                .containsEntry("message_failures", 0);
    }

    @Test
    void anExpiredLeaseIsClaimedAgainAndTheFormerHolderChangesNothing() {
        store.insert(notTried("a", CallAction.ORIGINATE), Instant.now());
        ClaimedRow former = claim(1).getFirst();
        assertThat(claim(1)).isEmpty();
        set("a_originate", "lease_until = now() - interval '1 second'");
        ClaimedRow holder = claim(1).getFirst();
        assertThat(holder.lease()).isNotEqualTo(former.lease());

        failed(former, AttemptResults.serverError());
        delivered(former, AttemptResults.delivered());
        release(former);
        assertThat(registry.row("a_originate")).containsEntry("status", "pending").containsEntry("attempts", 0)
                .containsEntry("lease_id", holder.lease());
        delivered(holder, AttemptResults.delivered());
        assertThat(registry.row("a_originate")).containsEntry("status", "delivered").containsEntry("attempts", 1)
                .containsEntry("lease_id", null).containsEntry("last_status_code", 200);
    }

    @Test
    void aReleasedRowIsAsItWas() {
        store.insert(notTried("a", CallAction.ORIGINATE), Instant.now());
        String before = registry.rowText("a_originate");
        release(claim(1).getFirst());
        assertThat(registry.rowText("a_originate")).isEqualTo(before);
    }

    @Test
    void eachLaneGetsAsManyAsItWants() {
        UUID other = registry.addEndpoint("http://127.0.0.1:1/ok");
        for (int i = 0; i < 5; i++) {
            store.insert(notTried("a" + i, CallAction.ORIGINATE), Instant.now());
            store.insert(record(other, CallEvents.of("b" + i, CallAction.ORIGINATE), 0, 0, null), Instant.now());
        }
        var claimed = store.claim(List.of(new RetryStore.Want(endpoint, 2, LEASE, START),
                new RetryStore.Want(other, 3, LEASE, START)), UUID.randomUUID(), null).rows();
        assertThat(claimed).filteredOn(row -> row.endpointId().equals(endpoint)).hasSize(2);
        assertThat(claimed).filteredOn(row -> row.endpointId().equals(other)).hasSize(3);
    }

    @Test
    void twoDispatchersNeverClaimTheSameRow() throws Exception {
        for (int i = 0; i < 200; i++) {
            store.insert(notTried("leg-" + i, CallAction.ORIGINATE), Instant.now());
        }
        var ids = new ArrayList<String>();
        for (List<ClaimedRow> rows : atOnce(4, () -> claim(50))) {
            ids.addAll(ids(rows));
        }
        assertThat(ids).doesNotHaveDuplicates();
    }

    @Test
    void oneOfConcurrentClaimersTakesTheProbe() throws Exception {
        for (int round = 0; round < 20; round++) {
            registry.jdbc().sql("truncate failed_webhooks, endpoint_lanes").update();
            for (int i = 0; i < 5; i++) {
                store.insert(serverError("leg-" + i, CallAction.ORIGINATE), Instant.now());
            }
            registry.openBreaker(endpoint);
            var probes = atOnce(4, this::claimProbe).stream().flatMap(List::stream).toList();
            assertThat(probes).hasSize(1);
            assertThat(registry.value(Long.class, "select count(*) from failed_webhooks where lease_id is not null"))
                    .isEqualTo(1);
        }
    }

    @Test
    void theProbeIsTheHeadWithTheFewestAttemptsThenTheOldest() {
        registry.openBreaker(endpoint);
        store.insert(serverError("tried", CallAction.ORIGINATE), Instant.now().minusSeconds(100));
        store.insert(notTried("tried", CallAction.ANSWER), Instant.now().minusSeconds(100));
        store.insert(notTried("young", CallAction.ORIGINATE), Instant.now());
        store.insert(notTried("old", CallAction.ORIGINATE), Instant.now().minusSeconds(50));
        assertThat(ids(claimProbe())).containsExactly("old_originate");
        assertThat(claimProbe()).as("the lane's probe is taken").isEmpty();
    }

    @Test
    void aLaneWithNothingToProbeWithKeepsItsProbe() {
        insertOrderedLeg("a");
        assertThat(claim(1)).hasSize(1);
        registry.openBreaker(endpoint);
        assertThat(claimProbe()).as("the only head is under way").isEmpty();
        assertThat(probeIsDue()).isTrue();
    }

    @Test
    void aProbeThatWasNotSentIsDueAgain() {
        store.insert(notTried("a", CallAction.ORIGINATE), Instant.now());
        registry.openBreaker(endpoint);
        ClaimedRow probe = claimProbe().getFirst();
        assertThat(probeIsDue()).isFalse();
        release(probe);
        assertThat(probeIsDue()).isTrue();
        assertThat(ids(claimProbe())).containsExactly("a_originate");
    }

    @Test
    void dueLanesAreThoseWithDueRowsOrADueProbe() {
        assertThat(store.dueLanes()).isEmpty();
        store.insert(serverError("a", CallAction.ORIGINATE), Instant.now());
        assertThat(store.dueLanes()).as("not before its back-off is over").isEmpty();
        set("a_originate", "next_attempt_at = now()");
        assertThat(store.dueLanes()).containsExactly(new RetryStore.DueLane(endpoint, false));
        registry.openBreaker(endpoint);
        assertThat(store.dueLanes()).containsExactly(new RetryStore.DueLane(endpoint, true));
        registry.jdbc().sql("update endpoint_lanes set probe_at = now() + interval '1 hour'").update();
        assertThat(store.dueLanes()).isEmpty();
        registry.jdbc().sql("delete from endpoint_lanes").update();
        registry.changeEndpoint(endpoint, "enabled = false, disabled_reason = 'manual'");
        assertThat(store.dueLanes()).as("a disabled endpoint's rows wait").isEmpty();
    }

    @Test
    void theBackOffGoesStepByStepAndTheLastRepeats() {
        insertNow(store, serverError("a", CallAction.ORIGINATE));
        assertThat(secondsToNext("a_originate")).isCloseTo(1, within(0.001));
        for (double expected : new double[]{3, 10, 10}) {
            failed(claimDue().getFirst(), AttemptResults.serverError());
            assertThat(secondsSinceLast("a_originate")).isCloseTo(expected, within(0.001));
        }
    }

    @Test
    void jitterShortensADelayByItsPartAtMost() {
        var jittered = store(new RetrySchedule(List.of(Duration.ofSeconds(100)), 0.5));
        var delays = new ArrayList<Double>();
        for (int i = 0; i < 200; i++) {
            insertNow(jittered, serverError("leg-" + i, CallAction.ORIGINATE));
            delays.add(registry.value(Double.class,
                    "select extract(epoch from next_attempt_at - expires_at) + 86400 from failed_webhooks where event_id = ?",
                    "leg-" + i + "_originate"));
        }
        assertThat(delays).allMatch(delay -> delay >= 50 && delay <= 100);
        assertThat(delays).anyMatch(delay -> delay < 60).anyMatch(delay -> delay > 90);
    }

    @Test
    void whatTheReceiverAskedForCountsWhereItIsLonger() {
        insertNow(store, record(endpoint, CallEvents.of("a", CallAction.ORIGINATE), 1, 0, 40_000L));
        assertThat(secondsToNext("a_originate")).isCloseTo(40, within(0.001));
        failed(claimDue().getFirst(), AttemptResults.tooMany(Duration.ofMinutes(5)));
        assertThat(secondsSinceLast("a_originate")).isCloseTo(300, within(0.001));
        failed(claimDue().getFirst(), AttemptResults.tooMany(Duration.ZERO));
        assertThat(secondsSinceLast("a_originate")).isCloseTo(10, within(0.001));
    }

    @Test
    void rowsPastTheirAgeAreExhaustedExceptThoseUnderWay() {
        insertOrderedLeg("old");
        insertOrderedLeg("young");
        claimOf("old_originate");
        registry.jdbc().sql("update failed_webhooks set expires_at = now() where uuid = 'old'").update();
        assertThat(sweeps.exhaustOld(1)).isEqualTo(1);
        assertThat(sweeps.exhaustOld(100)).isEqualTo(1);
        assertThat(sweeps.exhaustOld(100)).isZero();
        assertThat(registry.row("old_originate")).containsEntry("status", "pending");
        assertThat(registry.row("old_hangup")).containsEntry("status", "exhausted");
        assertThat(registry.row("old_hangup").get("passable_at")).isNotNull();
        assertThat(registry.row("young_hangup")).containsEntry("status", "pending");
    }

    @Test
    void endedRowsAreRemovedAfterTheirTime() {
        store.insert(notTried("a", CallAction.ORIGINATE), Instant.now());
        store.insert(notTried("b", CallAction.ORIGINATE), Instant.now().minusSeconds(90 * 86_400));
        delivered(claimOf("a_originate"), AttemptResults.delivered());
        assertThat(sweeps.removeEnded(100)).isZero();
        set("a_originate", "ended_at = now() - interval '8 days'");
        assertThat(sweeps.removeEnded(100)).isEqualTo(1);
        assertThat(registry.rows(endpoint)).extracting(row -> row.get("event_id")).containsExactly("b_originate");
    }

    @Test
    void progressNeverStepsBack() {
        store.saveProgress(Map.of(3, 10L));
        store.saveProgress(Map.of(3, 7L, 4, 1L));
        assertThat(registry.value(Long.class, "select next_offset from retry_persister_progress where partition = 3"))
                .isEqualTo(10);
    }

    private RetryStore store(RetrySchedule schedule) {
        return new RetryStore(jdbc, indexScans, settings(schedule));
    }

    private static RetrySettings settings(RetrySchedule schedule) {
        return new RetrySettings(schedule, Duration.ofDays(1), 3, Duration.ofSeconds(60), Duration.ofDays(7),
                Duration.ofMillis(250), Duration.ofSeconds(10), 1_000_000);
    }

    private void delivered(ClaimedRow row, AttemptResult result) {
        settles.settle(List.of(new Settlement.Delivered(row, result)));
    }

    private void failed(ClaimedRow row, AttemptResult result) {
        settles.settle(List.of(new Settlement.Failed(row, result)));
    }

    private void release(ClaimedRow row) {
        settles.settle(List.of(new Settlement.Released(row)));
    }

    private List<ClaimedRow> claim(int rows) {
        return store.claim(List.of(new RetryStore.Want(endpoint, rows, LEASE, START)), UUID.randomUUID(), null).rows();
    }

    private List<ClaimedRow> claimProbe() {
        return store.claimProbe(new RetryStore.Want(endpoint, 1, LEASE, START), UUID.randomUUID(), null).rows();
    }

    private List<ClaimedRow> claimDue() {
        registry.jdbc().sql("update failed_webhooks set next_attempt_at = now() where status = 'pending'").update();
        return claim(100);
    }

    private ClaimedRow claimOf(String eventId) {
        set(eventId, "next_attempt_at = now()");
        ClaimedRow claimed = null;
        for (ClaimedRow row : claim(100)) {
            if (row.message().id().value().equals(eventId)) {
                claimed = row;
            } else {
                release(row);
            }
        }
        return claimed;
    }

    private boolean probeIsDue() {
        return registry.value(Boolean.class, "select probe_at <= now() from endpoint_lanes where endpoint_id = ?",
                endpoint);
    }

    private void set(String eventId, String assignments) {
        registry.jdbc().sql("update failed_webhooks set " + assignments + " where event_id = ?").param(eventId)
                .update();
    }

    /** All three, never tried. */
    private void insertOrderedLeg(String uuid) {
        for (CallAction action : CallAction.values()) {
            store.insert(notTried(uuid, action), Instant.now());
        }
    }

    private static CallEventMessage ofReused(String uuid, CallAction action) {
        CallEventMessage message = CallEvents.of(uuid, action);
        return new CallEventMessage(EventId.ofReused(uuid, 1_580_283_919_489_709L, action), action, uuid,
                message.attributes(), message.body());
    }

    private RetryRecord notTried(String uuid, CallAction action) {
        return record(endpoint, CallEvents.of(uuid, action), 0, 0, null);
    }

    private RetryRecord serverError(String uuid, CallAction action) {
        return record(endpoint, CallEvents.of(uuid, action), 1, 0, null);
    }

    private RetryRecord refused(String uuid, CallAction action) {
        return record(endpoint, CallEvents.of(uuid, action), 1, 1, null);
    }

    private static RetryRecord record(UUID endpoint, CallEventMessage message, int attempts, int messageFailures,
            Long retryAfterMillis) {
        AttemptResult failure = messageFailures > 0 ? AttemptResults.refused() : AttemptResults.serverError();
        return new RetryRecord(endpoint, RetryRecord.LIVE, message.id().value(), message.uuid(),
                message.action().wireName(), message.attributes(), message.body(), attempts, messageFailures,
                attempts == 0 ? "ordered" : failure.error().wireName(), null, null, retryAfterMillis);
    }

    private static byte[] body(String uuid, CallAction action) {
        return CallEvents.of(uuid, action).body();
    }

    /** The failure and the write at one moment of PostgreSQL's, so that what is computed from either can be compared. */
    private void insertNow(RetryStore into, RetryRecord handOff) {
        new TransactionTemplate(new JdbcTransactionManager(source)).executeWithoutResult(_ -> into.insert(handOff,
                JdbcClient.create(jdbc).sql("select now()").query(Timestamp.class).single().toInstant()));
    }

    /** At its insert a row's age begins with its back-off. */
    private double secondsToNext(String eventId) {
        return registry.value(Double.class,
                "select extract(epoch from next_attempt_at - expires_at) + 86400 from failed_webhooks where event_id = ?",
                eventId);
    }

    private double secondsSinceLast(String eventId) {
        return registry.value(Double.class,
                "select extract(epoch from next_attempt_at - last_attempt_at) from failed_webhooks where event_id = ?",
                eventId);
    }

    private static List<String> ids(List<ClaimedRow> rows) {
        return rows.stream().map(row -> row.message().id().value()).toList();
    }

    private static ClaimedRow named(List<ClaimedRow> rows, String eventId) {
        return rows.stream().filter(row -> row.message().id().value().equals(eventId)).findFirst().orElseThrow();
    }

    private static <T> List<T> atOnce(int threads, Callable<T> call) throws Exception {
        var start = new CountDownLatch(1);
        var results = new ArrayList<T>();
        try (var pool = Executors.newFixedThreadPool(threads)) {
            var futures = new ArrayList<Future<T>>();
            for (int i = 0; i < threads; i++) {
                futures.add(pool.submit(() -> {
                    start.await();
                    return call.call();
                }));
            }
            start.countDown();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
        }
        return results;
    }
}

package io.offhook.dispatcher.retry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.offhook.dispatcher.AttemptResults;
import io.offhook.dispatcher.SharedServers;
import io.offhook.model.CallAction;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.transaction.support.TransactionTemplate;

import static io.offhook.model.CallAction.ANSWER;
import static io.offhook.model.CallAction.HANGUP;
import static io.offhook.model.CallAction.ORIGINATE;
import static org.assertj.core.api.Assertions.assertThat;

/** Rows behind others of their leg: no claim looks at them, and none waits for nothing. */
@ExtendWith(SharedServers.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WaitingRowsTest {

    private static final String FOREVER = "infinity";

    @AutoClose
    private final RetryRows rows;
    private UUID endpoint;

    WaitingRowsTest(EmbeddedPostgresServer postgres) {
        rows = new RetryRows(postgres, "waiting_rows");
    }

    @BeforeEach
    void empty() {
        rows.jdbc.update("truncate failed_webhooks, endpoint_lanes");
        endpoint = rows.registry.addEndpoint("http://127.0.0.1:1/ok");
    }

    @Test
    void aRowBehindAnOpenOneIsNotLookedAt() {
        rows.insert(endpoint, "a", ORIGINATE, ANSWER, HANGUP);
        assertThat(rows.claim(endpoint, 10).lookedAt()).containsEntry(endpoint, 1);
        assertThat(rows.claim(endpoint, 10).lookedAt()).as("the head is under way").isEmpty();
    }

    @Test
    void aRowThatCameBeforeTheEarlierOneIsLookedAtOnce() {
        rows.insert(endpoint, "a", HANGUP, ORIGINATE);
        var claim = rows.claim(endpoint, 10);
        assertThat(RetryRows.ids(claim)).containsExactly("a_originate");
        assertThat(claim.lookedAt()).containsEntry(endpoint, 2);
        assertThat(rows.waitsUntil("a_hangup")).isEqualTo(FOREVER);
        rows.deliver(claim.rows().getFirst());
        assertThat(RetryRows.ids(rows.claim(endpoint, 10))).containsExactly("a_hangup");
    }

    @Test
    void eachSettledEventLetsTheNextOneGo() {
        rows.insert(endpoint, "a", ORIGINATE, ANSWER, HANGUP);
        rows.deliver(rows.claim(endpoint, 1).rows().getFirst());
        assertThat(rows.waitsUntil("a_answer")).isNull();
        assertThat(rows.waitsUntil("a_hangup")).as("the answer is open").isEqualTo(FOREVER);
        rows.deliver(rows.claim(endpoint, 1).rows().getFirst());
        assertThat(rows.waitsUntil("a_hangup")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "update failed_webhooks set status = 'discarded', next_attempt_at = null, ended_at = now(), passable_at = now() where event_id = 'a_originate'",
            "update failed_webhooks set status = 'exhausted', next_attempt_at = null, ended_at = now(), passable_at = now() where event_id = 'a_originate'",
            "delete from failed_webhooks where event_id = 'a_originate'"})
    void whoeverEndsAnEventLetsTheNextOneGo(String end) {
        rows.insert(endpoint, "a", ORIGINATE, ANSWER);
        rows.jdbc.update(end);
        assertThat(RetryRows.ids(rows.claim(endpoint, 10))).containsExactly("a_answer");
    }

    @Test
    void aRowThatMayPassIsLookedAtWhenItsTimeHasCome() {
        rows.insert(endpoint, "a", ORIGINATE, ANSWER, HANGUP);
        rows.refuse(rows.claim(endpoint, 1).rows().getFirst());
        assertThat(rows.waitsUntil("a_answer")).isNotNull().isNotEqualTo(FOREVER);
        assertThat(rows.store.wakePassable(100)).as("before its time").isZero();

        rows.jdbc.update("update failed_webhooks set waits_until = now() - interval '1 second' where leg_sequence > 0");
        assertThat(rows.store.wakePassable(100)).isEqualTo(2);
        assertThat(RetryRows.ids(rows.claim(endpoint, 10))).as("the claim itself knows that it is too early").isEmpty();

        rows.change("a_originate", "passable_at = now()");
        assertThat(RetryRows.ids(rows.claim(endpoint, 10))).containsExactly("a_answer");
    }

    @Test
    void aRowResentBehindAnOpenOneWaitsAgain() {
        rows.insert(endpoint, "a", ORIGINATE, ANSWER);
        rows.change("a_answer", "waits_until = null, next_attempt_at = now()");
        assertThat(RetryRows.ids(rows.claim(endpoint, 10))).containsExactly("a_originate");
        assertThat(rows.waitsUntil("a_answer")).isEqualTo(FOREVER);
    }

    @Test
    void anEventResentIsWaitedForAgain() {
        rows.insert(endpoint, "a", ORIGINATE, ANSWER);
        rows.change("a_originate",
                "status = 'exhausted', next_attempt_at = null, ended_at = now(), passable_at = now() + interval '1 minute'");
        assertThat(rows.waitsUntil("a_answer")).isNotEqualTo(FOREVER);
        rows.change("a_originate",
                "status = 'pending', next_attempt_at = now(), ended_at = null, passable_at = null");
        assertThat(rows.waitsUntil("a_answer")).isEqualTo(FOREVER);
    }

    @Test
    void theProbePassesOverRowsThatTurnOutToWait() {
        rows.insert(endpoint, "a", HANGUP, ANSWER, ORIGINATE);
        rows.registry.openBreaker(endpoint);
        var probe = rows.claimProbe(endpoint);
        assertThat(RetryRows.ids(probe)).containsExactly("a_originate");
        assertThat(rows.waitsUntil("a_answer")).isEqualTo(FOREVER);
        assertThat(rows.waitsUntil("a_hangup")).isEqualTo(FOREVER);
    }

    /** What a claim reads is what PostgreSQL counts: not a matter of a machine's speed. */
    @Test
    void aClaimReadsNoMoreOfALargeBacklogThanOfASmallOne() {
        rows.jdbc.update(
                """
                        insert into failed_webhooks (id, endpoint_id, event_id, uuid, action, leg_sequence, attributes, payload, status,
                            attempts, first_failed_at, next_attempt_at, expires_at, last_error)
                        select gen_random_uuid(), ?, 'leg-' || i || '_' || a.action, 'leg-' || i, a.action, a.sequence, '{}', '', 'pending',
                            case a.sequence when 0 then 3 else 0 end, now(),
                            case a.sequence when 0 then now() + interval '1 hour' else now() end, now() + interval '1 day', 'dns'
                        from generate_series(1, 3000) i, (values ('originate', 0), ('answer', 1), ('hangup', 2)) a (action, sequence)
                        order by i, a.sequence""",
                endpoint);
        assertThat(readBy(() -> rows.claim(endpoint, 32))).as("heads in back-off").isLessThan(50);
        assertThat(readBy(rows.store::dueLanes)).isLessThan(50);
        rows.registry.openBreaker(endpoint);
        assertThat(readBy(() -> rows.claimProbe(endpoint))).isBetween(1L, 1000L);
        rows.jdbc.update("update failed_webhooks set next_attempt_at = now()");
        assertThat(readBy(() -> rows.claim(endpoint, 32))).as("heads due").isBetween(32L, 1000L);
    }

    private <T> long readBy(Callable<T> statement) {
        return new TransactionTemplate(rows.transactions).execute(_ -> {
            long before = read();
            try {
                statement.call();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return read() - before;
        });
    }

    private long read() {
        return rows.jdbc.queryForObject("""
                select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) from pg_stat_xact_user_tables
                where relname = 'failed_webhooks'""", Long.class);
    }

    /** Hand-offs arrive while the events before them end, in every order: whatever meets, in the end nothing waits for nothing. */
    @Test
    void whileEventsComeAndEndAtTheSameTimeNoneIsLeftWaiting() throws Exception {
        int legs = 150;
        var arrived = new AtomicBoolean();
        List<String> claimed = Collections.synchronizedList(new ArrayList<>());
        try (var threads = Executors.newFixedThreadPool(6)) {
            List<Future<?>> inserters = IntStream.range(0, 3).<Future<?>>mapToObj(part -> threads.submit(() -> {
                for (int i = part; i < legs; i += 3) {
                    for (CallAction action : CallAction.values()) {
                        insertWithOthers(part, i, action);
                    }
                }
            })).toList();
            List<Future<?>> claimers = IntStream.range(0, 3)
                    .<Future<?>>mapToObj(seed -> threads.submit(() -> claimUntil(arrived, new Random(seed), claimed)))
                    .toList();
            for (Future<?> inserter : inserters) {
                inserter.get();
            }
            arrived.set(true);
            for (Future<?> claimer : claimers) {
                claimer.get();
            }
        }
        assertThat(rows.jdbc.queryForList("select event_id from failed_webhooks where status = 'pending'"))
                .as("%d of %d claimed", claimed.size(), 3 * legs).isEmpty();
        assertThat(claimed).doesNotHaveDuplicates();
        claimed.stream().collect(Collectors.groupingBy(id -> id.substring(0, id.indexOf('_')))).forEach(
                (leg, events) -> assertThat(events).containsExactly(leg + "_originate", leg + "_answer",
                        leg + "_hangup"));
    }

    /** In one transaction with an event of another leg, as in a batch of the persister. */
    private void insertWithOthers(int part, int leg, CallAction action) {
        new TransactionTemplate(rows.transactions).executeWithoutResult(_ -> rows.store.insert(List.of(
                new RetryStore.HandOff(RetryRows.notTried(endpoint, "leg-" + leg, action), Instant.now()),
                new RetryStore.HandOff(RetryRows.notTried(endpoint, "leg-" + Math.max(part, leg - 3), action),
                        Instant.now()))));
    }

    private void claimUntil(AtomicBoolean arrived, Random random, List<String> claimed) {
        int idle = 0;
        // After the last arrival a look that finds nothing may only mean that another holds the rows: some more are taken.
        while (idle < 50) {
            boolean all = arrived.get();
            var claim = rows.claim(endpoint, 1 + random.nextInt(5));
            claim.rows().forEach(row -> claimed.add(row.message().id().value()));
            if (!claim.rows().isEmpty()) {
                rows.settles.settle(claim.rows().stream()
                        .<Settlement>map(row -> new Settlement.Delivered(row, AttemptResults.delivered())).toList());
            }
            idle = all && claim.lookedAt().isEmpty() ? idle + 1 : 0;
        }
    }
}

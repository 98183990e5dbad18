package io.offhook.dispatcher.retry;

import java.util.UUID;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.offhook.dispatcher.SharedServers;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.offhook.model.CallAction.ORIGINATE;
import static org.assertj.core.api.Assertions.assertThat;

/** At most so many open rows for each endpoint. */
@ExtendWith(SharedServers.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SweeperTest {

    private static final int MOST = 100;

    @AutoClose
    private final RetryRows rows;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Sweeper sweeper;
    private UUID endpoint;
    private UUID other;

    SweeperTest(EmbeddedPostgresServer postgres) {
        rows = new RetryRows(postgres, "sweeper");
    }

    @BeforeEach
    void empty() {
        rows.jdbc.update("truncate failed_webhooks, retry_persister_progress");
        RetrySettings settings = RetryRows.settings(MOST);
        sweeper = new Sweeper(new SweepStore(rows.jdbc, rows.indexScans, settings), settings,
                new RetryMetrics(meters));
        endpoint = rows.registry.addEndpoint("http://127.0.0.1:1/ok");
        other = rows.registry.addEndpoint("http://127.0.0.1:1/ok");
    }

    @Test
    void beyondTheLimitTheOldestAreExhaustedAndOtherEndpointsKeepTheirs() {
        double before = exhausted("number");
        fill(endpoint, 0, MOST + 5);
        fill(other, 0, MOST);
        assertThat(sweeper.sweep()).as("more to do at once").isFalse();
        assertThat(pending(endpoint)).as("the excess and a hundredth").isEqualTo(MOST - 1);
        assertThat(pending(other)).isEqualTo(MOST);
        assertThat(rows.jdbc.queryForList(
                "select uuid from failed_webhooks where status = 'exhausted' order by expires_at", String.class))
                .containsExactly("leg-0", "leg-1", "leg-2", "leg-3", "leg-4", "leg-5");
        assertThat(exhausted("number") - before).isEqualTo(6);
        assertThat(rows.jdbc.queryForObject(
                "select bool_and(passable_at is not null) from failed_webhooks where status = 'exhausted'",
                Boolean.class)).isTrue();
    }

    @Test
    void aRowUnderWayIsNotEnded() {
        fill(endpoint, 0, 1);
        rows.claim(endpoint, 1);
        fill(endpoint, 1, MOST + 1);
        sweeper.sweep();
        assertThat(rows.jdbc.queryForList("select uuid from failed_webhooks where status = 'exhausted'", String.class))
                .containsExactlyInAnyOrder("leg-1", "leg-2");
    }

    @Test
    void anEndpointIsCountedAgainOnceItMayHaveTooMany() {
        fill(endpoint, 0, MOST - 10);
        sweeper.sweep();
        fill(endpoint, MOST, 2 * MOST);
        handOffs(5);
        sweeper.sweep();
        assertThat(pending(endpoint)).as("by the hand-offs it cannot have").isEqualTo(2 * MOST - 10);
        handOffs(MOST);
        sweeper.sweep();
        assertThat(pending(endpoint)).isEqualTo(MOST - 1);
        handOffs(MOST + 1);
        fill(endpoint, 3 * MOST, 3 * MOST + 2);
        sweeper.sweep();
        assertThat(pending(endpoint)).as("one too many again, by a hand-off").isEqualTo(MOST + 1);
        handOffs(MOST + 2);
        sweeper.sweep();
        assertThat(pending(endpoint)).isEqualTo(MOST - 1);
    }

    private void handOffs(long persisted) {
        rows.jdbc.update("""
                insert into retry_persister_progress (partition, next_offset) values (0, ?)
                on conflict (partition) do update set next_offset = excluded.next_offset""", persisted);
    }

    /** Legs of one event, the lower number the older. */
    private void fill(UUID to, int from, int before) {
        rows.jdbc.update(
                """
                        insert into failed_webhooks (id, endpoint_id, event_id, uuid, action, leg_sequence, attributes, payload, status,
                            attempts, first_failed_at, next_attempt_at, expires_at, last_error)
                        select gen_random_uuid(), ?, 'leg-' || i || '_originate', 'leg-' || i, 'originate', ?, '{}', '', 'pending', 0, now(),
                            now(), now() + interval '1 day' + i * interval '1 second', 'dns'
                        from generate_series(?, ? - 1) i""",
                to, ORIGINATE.legSequence(), from, before);
    }

    private long pending(UUID of) {
        return rows.jdbc.queryForObject(
                "select count(*) from failed_webhooks where endpoint_id = ? and status = 'pending'", Long.class, of);
    }

    private double exhausted(String reason) {
        return meters.get("offhook.dispatcher.rows.exhausted").tag("reason", reason).counter().count();
    }
}

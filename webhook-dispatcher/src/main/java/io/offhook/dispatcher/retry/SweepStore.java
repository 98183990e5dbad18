package io.offhook.dispatcher.retry;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

import io.offhook.dispatcher.persist.IndexScans;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The ends of rows: by age, by number, and for good. */
final class SweepStore {

    /** Later events of the leg may pass the row a while after, as after a failure of its own. */
    private static final String EXHAUST = """
            update failed_webhooks set status = 'exhausted', ended_at = now(), next_attempt_at = null, waits_until = null,
                passable_at = coalesce(passable_at, now() + :passAfter * interval '1 second'), lease_id = null, lease_until = null
            where id in (""";
    private static final String OPEN = "r.status = 'pending'";

    private final JdbcClient jdbc;
    private final IndexScans indexScans;
    private final RetrySettings settings;

    SweepStore(JdbcTemplate jdbc, IndexScans indexScans, RetrySettings settings) {
        this.jdbc = JdbcClient.create(jdbc);
        this.indexScans = indexScans;
        this.settings = settings;
    }

    /** Ends rows past their age. @return how many; at most {@code limit} */
    int exhaustOld(int limit) {
        return indexScans.run(() -> jdbc.sql((IndexScans.LANES + EXHAUST + """
                select due.id from lane cross join lateral (select r.id from failed_webhooks r
                    where r.endpoint_id = lane.endpoint_id and %1$s and r.expires_at <= now() and %2$s
                    order by r.expires_at limit :limit for update skip locked) due
                limit :limit)""").formatted(OPEN, RetryStore.UNLEASED))
                .param("limit", limit).param("passAfter", RetryStore.seconds(settings.passAfter())).update());
    }

    List<UUID> endpointsWithRows() {
        return indexScans.endpointsWithOpenRows();
    }

    /** Hand-offs that have become rows, of all endpoints, ever: what one's number has grown by is not more than what this has. */
    long handOffsPersisted() {
        return jdbc.sql("select coalesce(sum(next_offset), 0)::bigint from retry_persister_progress").query(Long.class)
                .single();
    }

    /**
     * What was found.
     *
     * @param pending rows that are left
     * @param exhausted rows that ended
     */
    record Counted(long pending, int exhausted) {}

    /**
     * Counts the open rows of an endpoint and ends the oldest of those that are too many, and a hundredth of those allowed with them,
     * so that not each further row makes it count again. A million rows are counted in a fraction of a second.
     *
     * @param limit of rows that end in this transaction
     * @return empty when another dispatcher is at it
     */
    Optional<Counted> exhaustBeyond(UUID endpoint, int limit) {
        return indexScans.run(() -> {
            if (!jdbc.sql("select pg_try_advisory_xact_lock(hashtextextended('offhook.max-pending ' || :endpoint, 0))")
                    .param("endpoint", endpoint.toString()).query(Boolean.class).single()) {
                return Optional.empty();
            }
            long pending = jdbc
                    .sql("select count(*) from failed_webhooks r where r.endpoint_id = :endpoint and " + OPEN)
                    .param("endpoint", endpoint).query(Long.class).single();
            if (pending <= settings.maxPending()) {
                return Optional.of(new Counted(pending, 0));
            }
            long excess = pending - settings.maxPending() + settings.maxPending() / 100;
            int exhausted = exhaustOldest(endpoint, (int) Math.min(limit, excess));
            return Optional.of(new Counted(pending - exhausted, exhausted));
        });
    }

    private int exhaustOldest(UUID endpoint, int count) {
        return jdbc.sql((EXHAUST + """
                select r.id from failed_webhooks r where r.endpoint_id = :endpoint and %1$s and %2$s
                order by r.expires_at limit :count for update skip locked)""").formatted(OPEN, RetryStore.UNLEASED))
                .param("endpoint", endpoint).param("count", count)
                .param("passAfter", RetryStore.seconds(settings.passAfter())).update();
    }

    /** Removes rows that ended long ago. @return how many; at most {@code limit} */
    int removeEnded(int limit) {
        return indexScans.run(() -> jdbc
                .sql("""
                        delete from failed_webhooks where id in (select id from failed_webhooks
                            where status <> 'pending' and ended_at < now() - :keep * interval '1 second' limit :limit for update skip locked)""")
                .param("limit", limit).param("keep", RetryStore.seconds(settings.keepEnded())).update());
    }
}

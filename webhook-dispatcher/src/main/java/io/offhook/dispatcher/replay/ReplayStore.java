package io.offhook.dispatcher.replay;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import io.offhook.model.CallAction;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Replays in PostgreSQL, by its clock. Whoever runs one writes only while the lease is still its own. */
final class ReplayStore {

    private static final String UNLEASED = "r.ended_at is null and (r.lease_until is null or r.lease_until <= now())";
    /** One of an endpoint at a time, in the order in which they were made; dry runs send nothing and wait for none. */
    private static final String FIRST = """
            (r.dry_run or not exists (select from replays o
                where o.endpoint_id = r.endpoint_id and o.ended_at is null and not o.dry_run
                  and (o.created_at, o.id) < (r.created_at, r.id)))""";
    /**
     * Not while it could only wait, and would keep others from their turn: the endpoint is disabled, or its breaker is open and rows
     * are there to probe with. One whose endpoint is gone is taken, to be ended.
     */
    private static final String READY = """
            (r.dry_run or not exists (select from endpoints e
                where e.id = r.endpoint_id and (not e.enabled
                  or exists (select from endpoint_lanes l where l.endpoint_id = e.id and l.breaker = 'open')
                    and exists (select from failed_webhooks f where f.endpoint_id = e.id and f.status = 'pending'))))""";
    private static final String CLAIMABLE = UNLEASED + " and " + FIRST + " and " + READY;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final double leaseSeconds;

    ReplayStore(JdbcClient jdbc, PlatformTransactionManager transactions, Duration lease) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
        this.leaseSeconds = lease.toMillis() / 1000.0;
    }

    /** Takes the replay that has waited longest for its turn. */
    Optional<ClaimedReplay> claim() {
        return jdbc.sql("""
                update replays set status = 'running', lease_id = :lease, waits_for = null,
                    lease_until = now() + :seconds * interval '1 second', started_at = coalesce(started_at, now())
                where id = (select r.id from replays r where %s
                    order by coalesce(r.lease_until, r.created_at), r.id limit 1 for update skip locked)
                returning *""".formatted(CLAIMABLE)).param("lease", UUID.randomUUID()).param("seconds", leaseSeconds)
                .query(ReplayStore::claimed).optional();
    }

    private static ClaimedReplay claimed(ResultSet row, int number) throws SQLException {
        return new ClaimedReplay(row.getObject("id", UUID.class), row.getObject("lease_id", UUID.class),
                row.getObject("endpoint_id", UUID.class), row.getTimestamp("from_time").toInstant(),
                row.getTimestamp("to_time").toInstant(), Optional.ofNullable(row.getString("uuid")),
                Optional.ofNullable(row.getString("action")).flatMap(CallAction::ofWireName),
                row.getBoolean("dry_run"), row.getLong("matched"), row.getLong("delivered"), row.getLong("failed"));
    }

    /** Whether another replay waits for its turn. */
    boolean isAnyWaiting() {
        return jdbc.sql("select exists (select from replays r where " + CLAIMABLE + ")").query(Boolean.class).single();
    }

    /** Empty before the first run has looked them up, and when the range holds nothing. */
    List<PartitionProgress> partitions(ClaimedReplay replay) {
        return jdbc.sql("""
                select partition, start_offset, next_offset, end_offset, read_to from replay_partitions
                where replay_id = :replay order by partition""").param("replay", replay.id())
                .query((row, _) -> new PartitionProgress(row.getInt(1), row.getLong(2), row.getLong(3), row.getLong(4),
                        row.getTimestamp(5).toInstant()))
                .list();
    }

    /** @return false when the replay is no longer this run's */
    boolean begin(ClaimedReplay replay, List<PartitionProgress> partitions) {
        return transaction.execute(_ -> {
            boolean mine = jdbc.sql("""
                    select true from replays where id = :replay and lease_id = :lease and ended_at is null
                    for update""").param("replay", replay.id()).param("lease", replay.lease()).query().listOfRows()
                    .size() == 1;
            if (mine) {
                partitions.forEach(part -> jdbc
                        .sql("""
                                insert into replay_partitions (replay_id, partition, start_offset, next_offset, end_offset, read_to)
                                values (:replay, :partition, :start, :next, :end, :readTo)""")
                        .param("replay", replay.id())
                        .param("partition", part.partition()).param("start", part.start()).param("next", part.next())
                        .param("end", part.end()).param("readTo", time(part.readTo())).update());
            }
            return mine;
        });
    }

    /**
     * Writes totals and the partition that is being read in one transaction, and renews the lease. Of a replay that was cancelled
     * meanwhile the totals are written too.
     *
     * @return false when the replay is no longer this run's
     */
    boolean save(ClaimedReplay replay, Totals totals, Optional<PartitionProgress> partition,
            Optional<WaitsFor> waitsFor) {
        return transaction.execute(_ -> {
            List<Boolean> ended = jdbc.sql("""
                    update replays set matched = :matched, delivered = :delivered, failed = :failed,
                        progress = :progress, events_per_sec = case when ended_at is null then :rate end,
                        waits_for = case when ended_at is null then :waits end,
                        lease_until = now() + :seconds * interval '1 second'
                    where id = :replay and lease_id = :lease
                    returning ended_at is not null""").param("matched", totals.matched())
                    .param("delivered", totals.delivered()).param("failed", totals.failed())
                    .param("progress", totals.progress()).param("rate", totals.eventsPerSec())
                    .param("waits", waitsFor.map(WaitsFor::wireName).orElse(null)).param("seconds", leaseSeconds)
                    .param("replay", replay.id()).param("lease", replay.lease()).query(Boolean.class).list();
            if (!ended.isEmpty()) {
                partition.ifPresent(part -> jdbc.sql("""
                        update replay_partitions set next_offset = :next, read_to = :readTo
                        where replay_id = :replay and partition = :partition""").param("next", part.next())
                        .param("readTo", time(part.readTo())).param("replay", replay.id())
                        .param("partition", part.partition()).update());
            }
            return ended.equals(List.of(false));
        });
    }

    /** Others may run it at once. */
    void release(ClaimedReplay replay) {
        jdbc.sql("""
                update replays set lease_id = null, lease_until = now(), events_per_sec = null
                where id = :replay and lease_id = :lease""").param("replay", replay.id())
                .param("lease", replay.lease()).update();
    }

    /** @param error {@code null} when it is complete */
    void end(ClaimedReplay replay, String error) {
        jdbc.sql("""
                update replays set status = :status, error = :error, ended_at = now(), waits_for = null,
                    events_per_sec = null, progress = case when :error::text is null then 1 else progress end
                where id = :replay and lease_id = :lease and ended_at is null""")
                .param("status", error == null ? "completed" : "failed").param("error", error)
                .param("replay", replay.id()).param("lease", replay.lease()).update();
    }

    /** Legs of which an event handed off by this replay has not been delivered since. */
    List<String> openLegs(ClaimedReplay replay, int limit) {
        return jdbc.sql("""
                select distinct leg from failed_webhooks
                where endpoint_id = :endpoint and replay_id = :replay and status <> 'delivered' limit :limit""")
                .param("endpoint", replay.endpointId()).param("replay", replay.id()).param("limit", limit)
                .query(String.class).list();
    }

    /** @return how many went */
    int removeEnded(Duration olderThan) {
        return jdbc.sql("delete from replays where ended_at < now() - :seconds * interval '1 second'")
                .param("seconds", olderThan.toSeconds()).update();
    }

    private static Timestamp time(Instant time) {
        return Timestamp.from(time);
    }
}

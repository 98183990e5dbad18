package io.offhook.dispatcher.retry;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.offhook.model.CallAction;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import io.offhook.sender.AttemptResult;
import io.offhook.sender.Outcome;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The rows of failed webhooks. All times are PostgreSQL's own. */
final class RetryStore {

    /** A due lane: its endpoint, and whether its breaker is open, so that only a probe may go. */
    record DueLane(UUID endpoint, boolean open) {}

    /**
     * What a lane may claim.
     *
     * @param lease how long the rows are its own
     * @param startWithin how soon each must be sent, so that the lease covers the request
     */
    record Want(UUID endpoint, int rows, Duration lease, Duration startWithin) {}

    private static final String UNLEASED = "(r.lease_until is null or r.lease_until < now())";
    /** Not passed by anything earlier of its leg, unless that failed for a reason of its own a while ago. */
    private static final String HEAD = """
            not exists (select 1 from failed_webhooks o
                where o.endpoint_id = r.endpoint_id and o.uuid = r.uuid and o.replay_id = r.replay_id
                  and o.leg_sequence < r.leg_sequence and o.status <> 'delivered'
                  and (o.passable_at is null or o.passable_at > now()))""";

    private final JdbcClient jdbc;
    private final RetrySettings settings;
    private final RetryRecord.Codec codec = new RetryRecord.Codec();

    RetryStore(JdbcClient jdbc, RetrySettings settings) {
        this.jdbc = jdbc;
        this.settings = settings;
    }

    /** Writes a hand-off as a row; one that is there already stays as it is. Of an endpoint that is gone nothing is kept. */
    void insert(RetryRecord record, Instant failedAt) {
        CallEventMessage message = record.message();
        boolean own = record.messageFailures() > 0;
        boolean exhausted = record.messageFailures() >= settings.messageTries();
        jdbc.sql(
                """
                        insert into failed_webhooks (id, endpoint_id, tenant, event_id, replay_id, uuid, action, leg_sequence, attributes,
                            payload, status, attempts, message_failures, first_failed_at, last_attempt_at, next_attempt_at, expires_at,
                            passable_at, last_status_code, last_error, last_error_detail, ended_at)
                        select :id, e.id, e.tenant, :eventId, :replayId, :uuid, :action, :sequence, :attributes::json, :payload,
                            case when :exhausted then 'exhausted' else 'pending' end, :attempts, :messageFailures, :failedAt,
                            case when :attempts > 0 then :failedAt::timestamptz end,
                            case when not :exhausted then case when :attempts = 0 then now() else %s end end,
                            :failedAt::timestamptz + :maxAge * interval '1 second',
                            case when :own then :failedAt::timestamptz + :passAfter * interval '1 second' end,
                            :statusCode, :error, :detail, case when :exhausted then now() end
                        from endpoints e where e.id = :endpointId for key share
                        on conflict (endpoint_id, event_id, replay_id) do nothing"""
                        .formatted(RetrySchedule.dueAfter("greatest(1, :attempts)")))
                .param("id", UUID.randomUUID()).param("eventId", storable(record.eventId()))
                .param("replayId", record.replayId())
                .param("uuid", storable(record.uuid())).param("action", record.action())
                .param("sequence", message.action().legSequence())
                .param("attributes", codec.attributes(record.attributes())).param("payload", record.body())
                .param("exhausted", exhausted).param("attempts", record.attempts())
                .param("messageFailures", record.messageFailures()).param("failedAt", Timestamp.from(failedAt))
                .param("maxAge", settings.maxAge().toMillis() / 1000.0).param("own", own)
                .param("passAfter", settings.passAfter().toMillis() / 1000.0).param("statusCode", record.statusCode())
                .param("error", storable(record.error())).param("detail", storable(record.errorDetail()))
                .param("endpointId", record.endpointId())
                .params(settings.schedule()
                        .parameters(Optional.ofNullable(record.retryAfterMillis()).map(Duration::ofMillis)))
                .update();
    }

    /** PostgreSQL's texts hold every character but NUL, which an originator may put into a uuid. */
    private static String storable(String text) {
        return text == null ? null : text.replace('\0', '\uFFFD');
    }

    void saveProgress(Map<Integer, Long> nextOffsets) {
        nextOffsets.forEach((partition, offset) -> jdbc
                .sql("""
                        insert into retry_persister_progress (partition, next_offset) values (:partition, :offset)
                        on conflict (partition) do update set next_offset = greatest(retry_persister_progress.next_offset, excluded.next_offset)""")
                .param("partition", partition).param("offset", offset).update());
    }

    /** Lanes that have something to send: due rows, or with an open breaker a due probe. */
    List<DueLane> dueLanes() {
        return jdbc.sql("""
                select e.id, coalesce(l.breaker = 'open', false) as open
                from endpoints e left join endpoint_lanes l on l.endpoint_id = e.id
                where e.enabled
                  and case when l.breaker = 'open'
                      then l.probe_at <= now() and exists (select 1 from failed_webhooks r
                          where r.endpoint_id = e.id and r.status = 'pending' and %1$s)
                      else exists (select 1 from failed_webhooks r
                          where r.endpoint_id = e.id and r.status = 'pending' and r.next_attempt_at <= now() and %1$s)
                      end""".formatted(UNLEASED))
                .query((row, _) -> new DueLane(row.getObject(1, UUID.class), row.getBoolean(2)))
                .list();
    }

    /** Claims due heads of legs of lanes whose breaker is closed. */
    List<ClaimedRow> claim(List<Want> wants, UUID lease, RowSettler settler) {
        long claimedAt = System.nanoTime();
        Map<UUID, Want> byEndpoint = wants.stream().collect(Collectors.toMap(Want::endpoint, Function.identity()));
        return jdbc.sql("""
                update failed_webhooks f
                set lease_id = :lease, lease_until = now() + c.lease_seconds * interval '1 second'
                from (select h.id, w.lease_seconds
                      from unnest(:endpoints::uuid[], :rows::integer[], :seconds::double precision[])
                           as w (endpoint_id, row_count, lease_seconds)
                      cross join lateral (
                          select r.id from failed_webhooks r
                          where r.endpoint_id = w.endpoint_id and r.status = 'pending' and r.next_attempt_at <= now()
                            and %s and %s
                          order by r.next_attempt_at limit w.row_count
                          for update skip locked) h) c
                where f.id = c.id
                returning f.*""".formatted(UNLEASED, HEAD)).param("lease", lease)
                .param("endpoints", wants.stream().map(Want::endpoint).toArray(UUID[]::new))
                .param("rows", wants.stream().map(Want::rows).toArray(Integer[]::new))
                .param("seconds", wants.stream().map(want -> want.lease().toMillis() / 1000.0).toArray(Double[]::new))
                .query((row, _) -> claimed(row, lease, false,
                        claimedAt + byEndpoint.get(row.getObject("endpoint_id", UUID.class)).startWithin().toNanos(),
                        settler))
                .list();
    }

    /** Takes the probe of an open lane for the whole fleet: the row with the fewest attempts, then the oldest, of the heads. */
    List<ClaimedRow> claimProbe(Want want, UUID lease, RowSettler settler) {
        long startBy = System.nanoTime() + want.startWithin().toNanos();
        // One statement: a lane that has no row to send now keeps its probe.
        return jdbc
                .sql("""
                        with head as (
                            select r.id from failed_webhooks r
                            where r.endpoint_id = :endpoint and r.status = 'pending' and %s and %s
                            order by r.attempts, r.first_failed_at limit 1 for update skip locked),
                        lane as (
                            update endpoint_lanes set probe_at = now() + :seconds * interval '1 second', version = version + 1
                            where endpoint_id = :endpoint and breaker = 'open' and probe_at <= now() and exists (select 1 from head)
                            returning endpoint_id)
                        update failed_webhooks f set lease_id = :lease, lease_until = now() + :seconds * interval '1 second'
                        from head, lane where f.id = head.id
                        returning f.*"""
                        .formatted(UNLEASED, HEAD))
                .param("lease", lease).param("endpoint", want.endpoint())
                .param("seconds", want.lease().toMillis() / 1000.0)
                .query((row, _) -> claimed(row, lease, true, startBy, settler)).list();
    }

    private ClaimedRow claimed(ResultSet row, UUID lease, boolean probe, long startBy, RowSettler settler)
            throws SQLException {
        var message = new CallEventMessage(new EventId(row.getString("event_id")),
                CallAction.ofWireName(row.getString("action")).orElseThrow(), row.getString("uuid"),
                codec.attributes(row.getString("attributes")), row.getBytes("payload"));
        return new ClaimedRow(row.getObject("id", UUID.class), lease, row.getObject("endpoint_id", UUID.class),
                row.getObject("replay_id", UUID.class), message, row.getInt("attempts"), probe, startBy, settler);
    }

    void delivered(ClaimedRow row, AttemptResult result) {
        jdbc.sql("""
                update failed_webhooks
                set status = 'delivered', attempts = attempts + 1, last_attempt_at = now(), last_status_code = :status,
                    next_attempt_at = null, ended_at = now(), lease_id = null, lease_until = null
                where id = :id and lease_id = :lease and status = 'pending'""").param("status", result.statusCode())
                .param("id", row.id()).param("lease", row.lease()).update();
    }

    void failed(ClaimedRow row, AttemptResult result) {
        boolean own = result.outcome() == Outcome.MESSAGE_FAILURE;
        jdbc.sql(
                """
                        update failed_webhooks
                        set attempts = attempts + 1, last_attempt_at = now(), last_status_code = :status, last_error = :error,
                            last_error_detail = :detail, lease_id = null, lease_until = null,
                            message_failures = message_failures + :own,
                            status = case when message_failures + :own >= :tries then 'exhausted' else 'pending' end,
                            ended_at = case when message_failures + :own >= :tries then now() end,
                            next_attempt_at = case when message_failures + :own < :tries then %s end,
                            passable_at = case when :own = 1 then coalesce(passable_at, now() + :passAfter * interval '1 second') end
                        where id = :id and lease_id = :lease and status = 'pending'"""
                        .formatted(RetrySchedule.dueAfter("attempts + 1")))
                .param("status", result.statusCode()).param("error", result.error().wireName())
                .param("detail", storable(result.errorDetail())).param("own", own ? 1 : 0)
                .param("tries", settings.messageTries())
                .param("passAfter", settings.passAfter().toMillis() / 1000.0).param("id", row.id())
                .param("lease", row.lease())
                .params(settings.schedule().parameters(result.retryAfter())).update();
    }

    /** Gives a row back that was not sent; with a probe also the lane's right to one. */
    void release(ClaimedRow row) {
        int released = jdbc
                .sql("update failed_webhooks set lease_id = null, lease_until = null where id = :id and lease_id = :lease")
                .param("id", row.id()).param("lease", row.lease()).update();
        if (released > 0 && row.probe()) {
            jdbc.sql("""
                    update endpoint_lanes set probe_at = now(), version = version + 1
                    where endpoint_id = :endpoint and breaker = 'open' and probe_at > now()""")
                    .param("endpoint", row.endpointId()).update();
        }
    }

    /** Ends rows past their age. @return how many; at most {@code limit} */
    int exhaustOld(int limit) {
        return jdbc
                .sql("""
                        update failed_webhooks set status = 'exhausted', ended_at = now(), next_attempt_at = null,
                            passable_at = coalesce(passable_at, now() + :passAfter * interval '1 second'), lease_id = null, lease_until = null
                        where id in (select r.id from failed_webhooks r
                            where r.status = 'pending' and r.expires_at <= now() and %s limit :limit for update skip locked)"""
                        .formatted(UNLEASED))
                .param("limit", limit).param("passAfter", settings.passAfter().toMillis() / 1000.0).update();
    }

    /** Removes rows that ended long ago. @return how many; at most {@code limit} */
    int removeEnded(int limit) {
        return jdbc
                .sql("""
                        delete from failed_webhooks where id in (select id from failed_webhooks
                            where status <> 'pending' and ended_at < now() - :keep * interval '1 second' limit :limit for update skip locked)""")
                .param("limit", limit).param("keep", settings.keepEnded().toMillis() / 1000.0).update();
    }
}

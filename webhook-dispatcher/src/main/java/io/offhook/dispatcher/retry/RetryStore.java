package io.offhook.dispatcher.retry;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.offhook.dispatcher.persist.IndexScans;
import io.offhook.model.CallAction;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The rows of failed webhooks on their way in and into the lanes. All times are PostgreSQL's own.
 *
 * <p>Only heads of legs are claimed. A row behind an open one of its leg waits ({@code waits_until}), and what waits is not looked at:
 * the schema's triggers see to it whenever an earlier event changes. That is what makes a claim cheap, not what makes it right: a
 * claim asks of each row itself whether it is a head.
 */
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

    /**
     * What a claim found.
     *
     * @param rows claimed
     * @param lookedAt rows by endpoint, those included that turned out to wait; as many as wanted: there may be more
     */
    record Claim(List<ClaimedRow> rows, Map<UUID, Integer> lookedAt) {}

    /** A hand-off and when it failed, by the retry topic's clock. */
    record HandOff(RetryRecord record, Instant failedAt) {}

    /** A row as a claim leaves it: {@code row} is empty when it has to wait. */
    private record Look(UUID endpoint, Optional<ClaimedRow> row) {}

    static final String UNLEASED = "(r.lease_until is null or r.lease_until < now())";
    /**
     * Not passed by anything earlier of its leg, unless that failed for a reason of its own a while ago. Written so that the index of
     * legs alone can serve it: see the schema.
     */
    private static final String HEAD = """
            not exists (select 1 from failed_webhooks o
                where o.leg = r.leg and o.leg_sequence < r.leg_sequence
                  and o.endpoint_id is not distinct from r.endpoint_id and o.replay_id is not distinct from r.replay_id
                  and o.status <> 'delivered'
                  and (o.passable_at is null or o.passable_at > now()))""";
    /** What becomes of a row that was looked at: claimed, or it waits. */
    private static final String CLAIM_OR_WAIT = """
            lease_id = case when look.head then :lease::uuid end,
            lease_until = case when look.head then now() + look.lease_seconds * interval '1 second' end,
            waits_until = case when not look.head
                then failed_webhook_waits_until(f.endpoint_id, f.leg, f.replay_id, f.leg_sequence) end""";
    private static final String MAY_GO = "r.status = 'pending' and r.waits_until is null";
    /** Heads in doubt that a probe looks at; nearly always the first is one. */
    private static final int PROBE_LOOKS = 50;

    private final JdbcClient jdbc;
    private final NamedParameterJdbcTemplate batches;
    private final IndexScans indexScans;
    private final RetrySettings settings;
    private final RetryRecord.Codec codec = new RetryRecord.Codec();

    RetryStore(JdbcTemplate jdbc, IndexScans indexScans, RetrySettings settings) {
        this.jdbc = JdbcClient.create(jdbc);
        this.batches = new NamedParameterJdbcTemplate(jdbc);
        this.indexScans = indexScans;
        this.settings = settings;
    }

    void insert(RetryRecord record, Instant failedAt) {
        insert(List.of(new HandOff(record, failedAt)));
    }

    /**
     * Writes hand-offs as rows; one that is there already stays as it is. Of an endpoint that is gone nothing is kept.
     *
     * @param handOffs the events of a leg in their order, so that a later one finds the earlier one
     * @return rows that are new
     */
    int insert(List<HandOff> handOffs) {
        int[] written = batches.batchUpdate(
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
                        .formatted(RetrySchedule.dueAfter("greatest(1, :attempts)")),
                handOffs.stream().map(this::parameters).toArray(SqlParameterSource[]::new));
        return Arrays.stream(written).sum();
    }

    /** Types are given where a value may be null: a batch whose types change is prepared anew at each change. */
    private SqlParameterSource parameters(HandOff handOff) {
        RetryRecord record = handOff.record();
        CallEventMessage message = record.message();
        return new MapSqlParameterSource().addValue("id", UUID.randomUUID())
                .addValue("eventId", storable(record.eventId())).addValue("replayId", record.replayId())
                .addValue("uuid", storable(record.uuid())).addValue("action", record.action())
                .addValue("sequence", message.action().legSequence())
                .addValue("attributes", codec.attributes(record.attributes())).addValue("payload", record.body())
                .addValue("exhausted", record.messageFailures() >= settings.messageTries())
                .addValue("attempts", record.attempts()).addValue("messageFailures", record.messageFailures())
                .addValue("failedAt", Timestamp.from(handOff.failedAt())).addValue("maxAge", seconds(settings.maxAge()))
                .addValue("own", record.messageFailures() > 0).addValue("passAfter", seconds(settings.passAfter()))
                .addValue("statusCode", record.statusCode(), Types.INTEGER).addValue("error", storable(record.error()))
                .addValue("detail", storable(record.errorDetail()), Types.VARCHAR)
                .addValue("endpointId", record.endpointId()).addValues(settings.schedule()
                        .parameters(Optional.ofNullable(record.retryAfterMillis()).map(Duration::ofMillis)));
    }

    /** PostgreSQL's texts hold every character but NUL, which an originator may put into a uuid. */
    static String storable(String text) {
        return text == null ? null : text.replace('\0', '\uFFFD');
    }

    static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    void saveProgress(Map<Integer, Long> nextOffsets) {
        nextOffsets.forEach((partition, offset) -> jdbc
                .sql("""
                        insert into retry_persister_progress (partition, next_offset) values (:partition, :offset)
                        on conflict (partition) do update set next_offset = greatest(retry_persister_progress.next_offset, excluded.next_offset)""")
                .param("partition", partition).param("offset", offset).update());
    }

    /** Lanes that have something to send: due rows, or with an open breaker a due probe. Those without rows cost nothing. */
    List<DueLane> dueLanes() {
        return indexScans.run(() -> jdbc.sql((IndexScans.LANES + """

                select e.id, coalesce(l.breaker = 'open', false) as open
                from lane join endpoints e on e.id = lane.endpoint_id left join endpoint_lanes l on l.endpoint_id = e.id
                where e.enabled
                  and case when l.breaker = 'open'
                      then l.probe_at <= now() and (select true from failed_webhooks r
                          where r.endpoint_id = e.id and %1$s and %2$s order by r.attempts, r.first_failed_at limit 1)
                      else (select true from failed_webhooks r
                          where r.endpoint_id = e.id and %1$s and r.next_attempt_at <= now() and %2$s
                          order by r.next_attempt_at limit 1)
                      end""").formatted(MAY_GO, UNLEASED))
                .query((row, _) -> new DueLane(row.getObject(1, UUID.class), row.getBoolean(2)))
                .list());
    }

    /** Lets rows be looked at again that waited for a time which has come. @return how many; at most {@code limit} */
    int wakePassable(int limit) {
        return indexScans.run(() -> jdbc.sql("""
                update failed_webhooks f
                set waits_until = failed_webhook_waits_until(f.endpoint_id, f.leg, f.replay_id, f.leg_sequence)
                where f.id in (select id from failed_webhooks
                    where status = 'pending' and waits_until < 'infinity' and waits_until <= now()
                    order by waits_until limit :limit for update skip locked)""").param("limit", limit).update());
    }

    /** Claims due heads of legs of lanes whose breaker is closed. */
    Claim claim(List<Want> wants, UUID lease, RowSettler settler) {
        long claimedAt = System.nanoTime();
        Map<UUID, Want> byEndpoint = wants.stream().collect(Collectors.toMap(Want::endpoint, Function.identity()));
        return claim(() -> jdbc.sql("""
                with look as materialized (
                    select r.id, r.lease_seconds, %3$s as head
                    from (select due.*, w.lease_seconds
                          from unnest(:endpoints::uuid[], :rows::integer[], :seconds::double precision[])
                               as w (endpoint_id, row_count, lease_seconds)
                          cross join lateral (
                              select r.id, r.endpoint_id, r.leg, r.replay_id, r.leg_sequence from failed_webhooks r
                              where r.endpoint_id = w.endpoint_id and %1$s and r.next_attempt_at <= now() and %2$s
                              order by r.next_attempt_at limit w.row_count
                              for update skip locked) due) r)
                update failed_webhooks f set %4$s
                from look where f.id = look.id
                returning f.*""".formatted(MAY_GO, UNLEASED, HEAD, CLAIM_OR_WAIT)).param("lease", lease)
                .param("endpoints", wants.stream().map(Want::endpoint).toArray(UUID[]::new))
                .param("rows", wants.stream().map(Want::rows).toArray(Integer[]::new))
                .param("seconds", wants.stream().map(want -> seconds(want.lease())).toArray(Double[]::new))
                .query((row, _) -> look(row, false,
                        claimedAt + byEndpoint.get(row.getObject("endpoint_id", UUID.class)).startWithin().toNanos(),
                        settler))
                .list());
    }

    /** Takes the probe of an open lane for the whole fleet: the row with the fewest attempts, then the oldest, of the heads. */
    Claim claimProbe(Want want, UUID lease, RowSettler settler) {
        long startBy = System.nanoTime() + want.startWithin().toNanos();
        // One statement: a lane that has no row to send now keeps its probe.
        return claim(() -> jdbc
                .sql("""
                        with look as materialized (
                            select r.id, :seconds::double precision as lease_seconds, %3$s as head,
                                row_number() over (order by r.attempts, r.first_failed_at) as place
                            from (select r.id, r.endpoint_id, r.leg, r.replay_id, r.leg_sequence, r.attempts, r.first_failed_at
                                  from failed_webhooks r where r.endpoint_id = :endpoint and %1$s and %2$s
                                  order by r.attempts, r.first_failed_at limit :looks for update skip locked) r),
                        lane as (
                            update endpoint_lanes set probe_at = now() + :seconds * interval '1 second', version = version + 1
                            where endpoint_id = :endpoint and breaker = 'open' and probe_at <= now()
                                and exists (select 1 from look where head)
                            returning endpoint_id)
                        update failed_webhooks f set %4$s
                        from look where f.id = look.id and (not look.head
                            or look.place = (select min(place) from look where head) and exists (select 1 from lane))
                        returning f.*"""
                        .formatted(MAY_GO, UNLEASED, HEAD, CLAIM_OR_WAIT))
                .param("lease", lease).param("endpoint", want.endpoint()).param("looks", PROBE_LOOKS)
                .param("seconds", seconds(want.lease())).query((row, _) -> look(row, true, startBy, settler)).list());
    }

    private Claim claim(Supplier<List<Look>> statement) {
        List<Look> looks = indexScans.run(statement);
        return new Claim(looks.stream().map(Look::row).flatMap(Optional::stream).toList(),
                looks.stream().collect(Collectors.toMap(Look::endpoint, _ -> 1, Integer::sum)));
    }

    private Look look(ResultSet row, boolean probe, long startBy, RowSettler settler) throws SQLException {
        UUID endpoint = row.getObject("endpoint_id", UUID.class);
        UUID lease = row.getObject("lease_id", UUID.class);
        if (lease == null) {
            return new Look(endpoint, Optional.empty());
        }
        var message = new CallEventMessage(new EventId(row.getString("event_id")),
                CallAction.ofWireName(row.getString("action")).orElseThrow(), row.getString("uuid"),
                codec.attributes(row.getString("attributes")), row.getBytes("payload"));
        return new Look(endpoint, Optional.of(new ClaimedRow(row.getObject("id", UUID.class), lease, endpoint,
                row.getObject("replay_id", UUID.class), message, row.getInt("attempts"), probe, startBy, settler)));
    }
}

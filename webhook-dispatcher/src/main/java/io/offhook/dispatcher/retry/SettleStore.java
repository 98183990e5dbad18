package io.offhook.dispatcher.retry;

import java.sql.Types;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

import io.offhook.dispatcher.persist.IndexScans;
import io.offhook.sender.AttemptResult;
import io.offhook.sender.Outcome;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/** Writes how claimed rows ended. A row whose lease is another's by now stays as it is. */
final class SettleStore {

    private final NamedParameterJdbcTemplate jdbc;
    private final IndexScans indexScans;
    private final RetrySettings settings;

    SettleStore(JdbcTemplate jdbc, IndexScans indexScans, RetrySettings settings) {
        this.jdbc = new NamedParameterJdbcTemplate(jdbc);
        this.indexScans = indexScans;
        this.settings = settings;
    }

    /** All or none, in one transaction. */
    void settle(List<Settlement> settlements) {
        indexScans.run(() -> {
            lock(settlements);
            delivered(of(Settlement.Delivered.class, settlements));
            failed(of(Settlement.Failed.class, settlements));
            release(of(Settlement.Released.class, settlements).stream().map(Settlement.Released::row).toList());
            return settlements.size();
        });
    }

    private static <T extends Settlement> List<T> of(Class<T> type, List<Settlement> settlements) {
        return settlements.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** Whoever waits for locks of several rows takes them in the order of ids, as the API does: no deadlock. */
    private void lock(List<Settlement> settlements) {
        if (settlements.size() > 1) {
            jdbc.queryForList("select id from failed_webhooks where id = any(:ids) order by id for update",
                    new MapSqlParameterSource("ids",
                            settlements.stream().map(each -> each.row().id()).toArray(UUID[]::new)),
                    UUID.class);
        }
    }

    private void delivered(List<Settlement.Delivered> delivered) {
        batch("""
                update failed_webhooks
                set status = 'delivered', attempts = attempts + 1, last_attempt_at = now(), last_status_code = :status,
                    next_attempt_at = null, ended_at = now(), lease_id = null, lease_until = null
                where id = :id and lease_id = :lease and status = 'pending'""", delivered,
                each -> claim(each.row()).addValue("status", each.result().statusCode(), Types.INTEGER));
    }

    private void failed(List<Settlement.Failed> failed) {
        batch("""
                update failed_webhooks
                set attempts = attempts + 1, last_attempt_at = now(), last_status_code = :status, last_error = :error,
                    last_error_detail = :detail, lease_id = null, lease_until = null,
                    message_failures = message_failures + :own,
                    status = case when message_failures + :own >= :tries then 'exhausted' else 'pending' end,
                    ended_at = case when message_failures + :own >= :tries then now() end,
                    next_attempt_at = case when message_failures + :own < :tries then %s end,
                    passable_at = case when :own = 1 then coalesce(passable_at, now() + :passAfter * interval '1 second') end
                where id = :id and lease_id = :lease and status = 'pending'"""
                .formatted(RetrySchedule.dueAfter("attempts + 1")), failed,
                each -> failure(each.row(), each.result()));
    }

    private MapSqlParameterSource failure(ClaimedRow row, AttemptResult result) {
        return claim(row).addValue("status", result.statusCode(), Types.INTEGER)
                .addValue("error", result.error().wireName())
                .addValue("detail", RetryStore.storable(result.errorDetail()), Types.VARCHAR)
                .addValue("own", result.outcome() == Outcome.MESSAGE_FAILURE ? 1 : 0)
                .addValue("tries", settings.messageTries())
                .addValue("passAfter", RetryStore.seconds(settings.passAfter()))
                .addValues(settings.schedule().parameters(result.retryAfter()));
    }

    /** Gives rows back that were not sent; with a probe also the lane's right to one. */
    private void release(List<ClaimedRow> rows) {
        int[] released = batch("""
                update failed_webhooks set lease_id = null, lease_until = null where id = :id and lease_id = :lease""",
                rows, SettleStore::claim);
        for (int i = 0; i < released.length; i++) {
            if (released[i] > 0 && rows.get(i).probe()) {
                jdbc.update("""
                        update endpoint_lanes set probe_at = now(), version = version + 1
                        where endpoint_id = :endpoint and breaker = 'open' and probe_at > now()""",
                        new MapSqlParameterSource("endpoint", rows.get(i).endpointId()));
            }
        }
    }

    private static MapSqlParameterSource claim(ClaimedRow row) {
        return new MapSqlParameterSource("id", row.id()).addValue("lease", row.lease());
    }

    private <T> int[] batch(String sql, List<T> values, Function<T, MapSqlParameterSource> parameters) {
        return values.isEmpty()
                ? new int[0]
                : jdbc.batchUpdate(sql, values.stream().map(parameters).toArray(SqlParameterSource[]::new));
    }
}

package io.offhook.api.failure;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

import io.offhook.api.input.PageRequest;
import io.offhook.api.rows.Rows;
import io.offhook.api.rows.Where;
import io.offhook.api.security.Caller;
import io.offhook.api.settings.RetrySettings;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.StringNode;

/** Table {@code failed_webhooks}. */
@Repository
public class FailureRows {

    /** Rows changed by one statement: locks stay short, and a million rows stay below the socket's time-out. */
    static final int BATCH = 5_000;

    private static final String COLUMNS = """
            id, endpoint_id, event_id, uuid, action, status, attempts, first_failed_at, last_attempt_at, next_attempt_at,
            last_status_code, last_error, last_error_detail, payload""";

    /** A claim that is under way stays: its settle decides, and what it decides comes after this. */
    private static final String RESEND = """
            status = 'pending', next_attempt_at = now(), expires_at = now() + make_interval(secs => :max_age),
            message_failures = 0, ended_at = null, passable_at = null, waits_until = null""";

    /**
     * A claim that is under way is cut off: its settle finds the lease gone and changes nothing. Later events of the leg pass the row
     * only a while after, so that an attempt which cannot be called back is over by then.
     */
    private static final String DISCARD = """
            status = 'discarded', next_attempt_at = null, ended_at = now(),
            passable_at = coalesce(passable_at, now() + make_interval(secs => :pass_after)), lease_id = null,
            lease_until = null""";

    /** Nobody would ever claim the row of an endpoint that is gone. */
    private static final String HAS_ENDPOINT = "exists (select from endpoints e where e.id = endpoint_id)";

    private final JdbcClient jdbc;
    private final Duration passAfter;
    private final JsonMapper json = new JsonMapper();

    FailureRows(JdbcClient jdbc, RetrySettings retry) {
        this.jdbc = jdbc;
        this.passAfter = retry.passAfter();
    }

    /** Gives up what a deleted endpoint still had to get. */
    public int discardOpenRowsOf(UUID endpoint) {
        int all = 0;
        int some;
        do {
            some = jdbc.sql("update failed_webhooks set " + DISCARD
                    + " where id in (select id from failed_webhooks where endpoint_id = :endpoint"
                    + " and status = 'pending' order by id limit :batch for update)").param("endpoint", endpoint)
                    .param("pass_after", passAfter.toSeconds()).param("batch", BATCH).update();
            all += some;
        } while (some == BATCH);
        return all;
    }

    /** Empty for what the caller does not see, too. */
    Optional<FailedWebhook> find(UUID id, Caller caller) {
        var where = new Where().and("id = :id", "id", id).and("tenant = :tenant", "tenant", caller.tenant());
        return where.bind(jdbc.sql("select " + COLUMNS + " from failed_webhooks where " + where.sql()))
                .query(this::read).optional();
    }

    /** @return {@code null} for a row of an endpoint without a tenant */
    String tenantOf(UUID id) {
        return jdbc.sql("select tenant from failed_webhooks where id = :id").param("id", id)
                .query((row, _) -> row.getString(1)).list().stream().filter(Objects::nonNull).findFirst().orElse(null);
    }

    /** Newest first. */
    List<FailedWebhook> list(FailureFilter filter, Caller caller, PageRequest page) {
        Where where = filter.where(caller);
        if (page.after() != null) {
            where.and("(first_failed_at, id) < (:at, :id)", "at", Rows.time(page.after().at()))
                    .let("id", page.after().id());
        }
        return where.bind(jdbc.sql("select " + COLUMNS + " from failed_webhooks where " + where.sql()
                + " order by first_failed_at desc, id desc limit :limit")).param("limit", page.fetch())
                .query(this::read).list();
    }

    /** @return the row, unless it has been delivered or its endpoint is gone */
    Optional<FailedWebhook> resend(UUID id, Duration maxAge) {
        return jdbc.sql("update failed_webhooks set " + RESEND + " where id = :id and status <> 'delivered' and "
                + HAS_ENDPOINT + " returning " + COLUMNS).param("max_age", maxAge.toSeconds()).param("id", id)
                .query(this::read).optional();
    }

    /**
     * Makes one batch of the rows that the filter means pending, in the order of ids, so that the next call goes on where this ended.
     *
     * @param after {@code null} for the first batch
     * @return the ids, {@link #BATCH} of them when there may be more
     */
    List<UUID> resendBatch(FailureFilter filter, Caller caller, UUID after, Duration maxAge) {
        Where where = filter.where(caller).and("status <> 'delivered'").and(HAS_ENDPOINT).and("id > :after", "after",
                after);
        return where.bind(jdbc.sql("with batch as (select id from failed_webhooks where " + where.sql()
                + " order by id limit :batch for update), sent as (update failed_webhooks f set " + RESEND
                + " from batch where f.id = batch.id returning f.id) select id from sent order by id"))
                .param("batch", BATCH).param("max_age", maxAge.toSeconds()).query(UUID.class).list();
    }

    /** @return whether the row was there to be discarded: neither delivered nor discarded before */
    boolean discard(UUID id) {
        return jdbc.sql("update failed_webhooks set " + DISCARD
                + " where id = :id and status in ('pending', 'exhausted')").param("id", id)
                .param("pass_after", passAfter.toSeconds()).update() == 1;
    }

    private FailedWebhook read(ResultSet row, int number) throws SQLException {
        return new FailedWebhook(row.getObject("id", UUID.class), row.getObject("endpoint_id", UUID.class),
                row.getString("event_id"), row.getString("uuid"), row.getString("action"), row.getString("status"),
                row.getInt("attempts"), Rows.time(row, "first_failed_at"), Rows.time(row, "last_attempt_at"),
                Rows.time(row, "next_attempt_at"), row.getObject("last_status_code", Integer.class),
                row.getString("last_error"), row.getString("last_error_detail"), payload(row.getBytes("payload")));
    }

    private JsonNode payload(byte[] body) {
        try {
            return json.readTree(body);
        } catch (JacksonException e) {
            // Somebody else wrote into the topic: shown as text, since a list must not fail for one row.
            return StringNode.valueOf(new String(body, StandardCharsets.UTF_8));
        }
    }
}

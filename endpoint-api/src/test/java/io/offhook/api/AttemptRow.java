package io.offhook.api;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;

import org.springframework.jdbc.core.simple.JdbcClient;

/** Writes rows of the history of attempts as the dispatcher would. */
public final class AttemptRow {

    private final JdbcClient jdbc;

    public AttemptRow(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @param error {@code null}: delivered */
    public UUID insert(UUID endpoint, String tenant, String uuid, String action, int attempt, String error,
            Instant at) {
        String day = at.toString().substring(0, 10);
        if (jdbc.sql("select to_regclass(?) is null").param("delivery_attempts_" + day.replace('-', '_'))
                .query(Boolean.class).single()) {
            jdbc.sql(
                    "create table if not exists delivery_attempts_%s partition of delivery_attempts for values from ('%sZ') to ('%sZ')"
                            .formatted(day.replace('-', '_'), day, at.plusSeconds(86_400).toString().substring(0, 10)))
                    .update();
        }
        UUID id = UUID.randomUUID();
        jdbc.sql(
                """
                        insert into delivery_attempts (attempted_at, id, endpoint_id, tenant, event_id, uuid, action, attempt, outcome,
                            status_code, error, duration_ms, response_excerpt, remote_address)
                        values (:at, :id, :endpoint, :tenant, :event, :uuid, :action, :attempt, :outcome, :status, :error, 23, 'ok',
                            '192.0.2.7:443')""")
                .param("at", at.atOffset(ZoneOffset.UTC)).param("id", id)
                .param("endpoint", endpoint).param("tenant", tenant).param("event", uuid + "_" + action)
                .param("uuid", uuid).param("action", action).param("attempt", attempt)
                .param("outcome", error == null ? "delivered" : "failed").param("status", error == null ? 204 : null)
                .param("error", error).update();
        return id;
    }
}

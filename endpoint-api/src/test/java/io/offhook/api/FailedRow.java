package io.offhook.api;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;

import org.springframework.jdbc.core.simple.JdbcClient;

/** Writes rows of failed deliveries as the dispatcher would. */
public final class FailedRow {

    public static final String BODY = "{\"uuid\":\"leg\",\"callee_number\":null,\"call_start_uepoch\":1580283919489709,\"action\":\"hangup\"}";

    private final JdbcClient jdbc;

    public FailedRow(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @param tenant of the endpoint, {@code null} for one without */
    public UUID insert(UUID endpoint, String tenant, String uuid, String action, String status, Instant firstFailedAt) {
        UUID id = UUID.randomUUID();
        boolean pending = status.equals("pending");
        jdbc.sql(
                """
                        insert into failed_webhooks (id, endpoint_id, tenant, event_id, uuid, action, leg_sequence, attributes,
                            payload, status, attempts, message_failures, first_failed_at, last_attempt_at, next_attempt_at,
                            expires_at, passable_at, last_status_code, last_error, last_error_detail, ended_at)
                        values (:id, :endpoint, :tenant, :event, :uuid, :action, 2, '{}', :payload, :status, 3, 2, :first, :first,
                            case when :pending then now() + interval '1 hour' end, now() + interval '1 minute',
                            case when :pending then null else now() end, 503, 'http_5xx', 'answered 503',
                            case when :pending then null else now() end)""")
                .param("id", id).param("endpoint", endpoint).param("tenant", tenant)
                .param("event", uuid + "-" + id + "_" + action).param("uuid", uuid).param("action", action)
                .param("payload", BODY.getBytes(StandardCharsets.UTF_8)).param("status", status)
                .param("first", firstFailedAt.atOffset(ZoneOffset.UTC)).param("pending", pending).update();
        return id;
    }

    public Map<String, Object> read(UUID id) {
        return jdbc.sql("""
                select *, next_attempt_at <= now() as due, expires_at > now() + interval '23 hours' as fresh,
                    lease_until > now() as leased
                from failed_webhooks where id = :id""").param("id", id).query().singleRow();
    }
}

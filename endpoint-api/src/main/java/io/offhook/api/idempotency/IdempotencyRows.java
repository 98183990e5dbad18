package io.offhook.api.idempotency;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Table {@code idempotency_keys}. */
@Repository
class IdempotencyRows {

    private static final TypeReference<Map<String, String>> HEADERS = new TypeReference<>() {
    };

    private final JdbcClient jdbc;
    private final JsonMapper json = new JsonMapper();

    IdempotencyRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @return whether the request is ours to do: nobody has it, or who had it was given up or forgotten */
    boolean claim(byte[] lookup, UUID claim, String caller, String method, String path, byte[] fingerprint,
            Duration running) {
        return jdbc.sql("""
                insert into idempotency_keys as k (lookup, claim_id, caller_id, method, path, fingerprint, expires_at)
                values (:lookup, :claim, :caller, :method, :path, :fingerprint, now() + make_interval(secs => :running))
                on conflict (lookup) do update set claim_id = excluded.claim_id, method = excluded.method,
                    path = excluded.path, fingerprint = excluded.fingerprint, claimed_at = now(), status = null,
                    headers = null, body = null, expires_at = excluded.expires_at
                where k.expires_at <= now()""").param("lookup", lookup).param("claim", claim).param("caller", caller)
                .param("method", method).param("path", path).param("fingerprint", fingerprint)
                .param("running", running.toSeconds()).update() == 1;
    }

    Optional<KeptAnswer> find(byte[] lookup) {
        return jdbc.sql("select fingerprint, status, headers, body from idempotency_keys where lookup = :lookup")
                .param("lookup", lookup).query(this::read).optional();
    }

    /** Does nothing when the claim was given up meanwhile. */
    void keep(byte[] lookup, UUID claim, int status, Map<String, String> headers, byte[] body, Duration keep) {
        jdbc.sql("""
                update idempotency_keys set status = :status, headers = :headers::jsonb, body = :body,
                    expires_at = now() + make_interval(secs => :keep)
                where lookup = :lookup and claim_id = :claim""").param("status", status)
                .param("headers", json.writeValueAsString(headers)).param("body", body)
                .param("keep", keep.toSeconds()).param("lookup", lookup).param("claim", claim).update();
    }

    void release(byte[] lookup, UUID claim) {
        jdbc.sql("delete from idempotency_keys where lookup = :lookup and claim_id = :claim").param("lookup", lookup)
                .param("claim", claim).update();
    }

    /** @return rows removed; as many as the batch when there may be more */
    int removeExpired(int batch) {
        return jdbc.sql("""
                delete from idempotency_keys where lookup in (select lookup from idempotency_keys
                where expires_at <= now() order by expires_at limit :batch)""").param("batch", batch).update();
    }

    /** @return rows removed; as many as the batch when there may be more */
    int removeBeyond(int maxPerCaller, int batch) {
        return jdbc.sql("""
                delete from idempotency_keys where lookup in (select lookup from (
                    select lookup, row_number() over (partition by caller_id order by claimed_at desc) as newest
                    from idempotency_keys where caller_id in (select caller_id from idempotency_keys
                        group by caller_id having count(*) > :max)) ranked
                    where newest > :max limit :batch)""").param("max", maxPerCaller).param("batch", batch).update();
    }

    private KeptAnswer read(ResultSet row, int number) throws SQLException {
        String headers = row.getString("headers");
        return new KeptAnswer(row.getBytes("fingerprint"), row.getObject("status", Integer.class),
                headers == null ? Map.of() : json.readValue(headers, HEADERS), row.getBytes("body"));
    }
}

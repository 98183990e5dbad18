package io.offhook.api.endpoint;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;

import io.offhook.sender.SigningSecret;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Table {@code endpoint_secrets}: the current secret has no {@code expires_at}, those in their grace have one. */
@Repository
class SecretRows {

    private final JdbcClient jdbc;

    SecretRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void insert(UUID endpoint, SigningSecret secret) {
        jdbc.sql("insert into endpoint_secrets (id, endpoint_id, secret) values (:id, :endpoint, :secret)")
                .param("id", UUID.randomUUID()).param("endpoint", endpoint).param("secret", secret.reveal()).update();
    }

    /** Makes rotations of one endpoint wait for each other until the transaction ends. */
    void lock(UUID endpoint) {
        jdbc.sql("select id from endpoints where id = :endpoint for no key update").param("endpoint", endpoint).query()
                .listOfRows();
    }

    void removeExpired(UUID endpoint) {
        jdbc.sql("delete from endpoint_secrets where endpoint_id = :endpoint and expires_at <= now()")
                .param("endpoint", endpoint).update();
    }

    void removeAll(UUID endpoint) {
        jdbc.sql("delete from endpoint_secrets where endpoint_id = :endpoint").param("endpoint", endpoint).update();
    }

    /** @return when the present secret stops signing */
    Instant retireCurrent(UUID endpoint, Duration grace) {
        return jdbc.sql("""
                update endpoint_secrets set expires_at = now() + make_interval(secs => :grace)
                where endpoint_id = :endpoint and expires_at is null returning expires_at""")
                .param("grace", grace.toSeconds()).param("endpoint", endpoint)
                .query((row, _) -> row.getObject(1, OffsetDateTime.class).toInstant()).optional().orElse(null);
    }

    int count(UUID endpoint) {
        return jdbc.sql("select count(*) from endpoint_secrets where endpoint_id = :endpoint")
                .param("endpoint", endpoint).query(Integer.class).single();
    }

    /** All that sign now, the current one first. */
    List<SigningSecret> valid(UUID endpoint) {
        return jdbc.sql("""
                select secret from endpoint_secrets
                where endpoint_id = :endpoint and (expires_at is null or expires_at > now())
                order by expires_at desc nulls first""").param("endpoint", endpoint)
                .query((row, _) -> SigningSecret.parse(row.getString(1))).list();
    }
}

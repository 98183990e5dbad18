package io.offhook.api.security;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

import io.offhook.api.input.PageRequest;
import io.offhook.api.rows.Rows;
import io.offhook.api.rows.Where;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Table {@code api_keys}. */
@Repository
class ApiKeyRows {

    private static final String COLUMNS = """
            id, name, tenant, scopes, key_prefix, created_at, expires_at, last_used_at""";

    private final JdbcClient jdbc;

    ApiKeyRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    ApiKey insert(ApiKeyRequest key, String prefix, KeyHash hash) {
        return jdbc.sql("insert into api_keys (id, name, tenant, scopes, key_hash, key_prefix, expires_at)"
                + " values (:id, :name, :tenant, :scopes, :hash, :prefix, :expires) returning " + COLUMNS)
                .param("id", UUID.randomUUID()).param("name", key.name()).param("tenant", key.tenant())
                .param("scopes", key.scopes().stream().map(Scope::wireName).toArray(String[]::new))
                .param("hash", hash.bytes()).param("prefix", prefix).param("expires", Rows.time(key.expiresAt()))
                .query(ApiKeyRows::read).single();
    }

    /**
     * The key with this hash unless it has expired. The index finds it by the hash alone, so what its timing could tell is part of a
     * hash, from which no key follows; the bytes are compared again in constant time all the same.
     */
    Optional<ApiKey> findValid(KeyHash hash) {
        return jdbc.sql("select " + COLUMNS + ", key_hash from api_keys where key_hash = :hash"
                + " and (expires_at is null or expires_at > now())").param("hash", hash.bytes())
                .query((row, _) -> hash.matches(row.getBytes("key_hash")) ? read(row, 0) : null).optional();
    }

    /** Written by the first use after a minute, so a busy key costs one write a minute. */
    void touch(ApiKey key) {
        jdbc.sql("""
                update api_keys set last_used_at = now()
                where id = :id and (last_used_at is null or last_used_at < now() - interval '1 minute')""")
                .param("id", key.id()).update();
    }

    /** Empty for what the caller does not see, too. */
    Optional<ApiKey> find(UUID id, Caller caller) {
        Where where = new Where().and("id = :id", "id", id).and("tenant = :tenant", "tenant", caller.tenant());
        return where.bind(jdbc.sql("select " + COLUMNS + " from api_keys where " + where.sql()))
                .query(ApiKeyRows::read).optional();
    }

    /** Oldest first. */
    List<ApiKey> list(Caller caller, PageRequest page) {
        Where where = new Where().and("tenant = :tenant", "tenant", caller.tenant());
        if (page.after() != null) {
            where.and("(created_at, id) > (:at, :id)", "at", Rows.time(page.after().at())).let("id", page.after().id());
        }
        return where.bind(jdbc.sql("select " + COLUMNS + " from api_keys where " + where.sql()
                + " order by created_at, id limit :limit")).param("limit", page.fetch()).query(ApiKeyRows::read).list();
    }

    boolean delete(UUID id, Caller caller) {
        Where where = new Where().and("id = :id", "id", id).and("tenant = :tenant", "tenant", caller.tenant());
        return where.bind(jdbc.sql("delete from api_keys where " + where.sql())).update() == 1;
    }

    boolean hasAdministrator() {
        return jdbc.sql("""
                select exists (select from api_keys where tenant is null and 'admin' = any (scopes)
                and (expires_at is null or expires_at > now()))""").query(Boolean.class).single();
    }

    private static ApiKey read(ResultSet row, int number) throws SQLException {
        var scopes = Arrays.stream(Rows.texts(row, "scopes")).map(name -> Scope.valueOf(name.toUpperCase(Locale.ROOT)))
                .toList();
        return new ApiKey(row.getObject("id", UUID.class), row.getString("name"), row.getString("tenant"), scopes,
                row.getString("key_prefix"), Rows.time(row, "created_at"), Rows.time(row, "expires_at"),
                Rows.time(row, "last_used_at"));
    }
}

package io.offhook.dispatcher;

import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import com.zaxxer.hikari.HikariDataSource;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/** A database of its own with the schema, and what an administrator does to it. */
public final class Registry implements AutoCloseable {

    public static final String SECRET = "whsec_" + Base64.getEncoder().encodeToString(new byte[32]);

    private final String url;
    private final HikariDataSource source = new HikariDataSource();
    private final JdbcClient jdbc;

    /** @param database its name; must be new */
    public Registry(EmbeddedPostgresServer postgres, String database) {
        url = postgres.createDatabase(database);
        source.setJdbcUrl(url);
        source.setMaximumPoolSize(4);
        jdbc = JdbcClient.create(source);
        Flyway.configure().dataSource(source).load().migrate();
    }

    public String url() {
        return url;
    }

    public JdbcClient jdbc() {
        return jdbc;
    }

    public PlatformTransactionManager transactions() {
        return new JdbcTransactionManager(source);
    }

    public UUID addEndpoint(String url) {
        return addEndpoint(url, Map.of());
    }

    /** @param columns values other than the defaults, as SQL */
    public UUID addEndpoint(String url, Map<String, String> columns) {
        UUID id = UUID.randomUUID();
        var all = new TreeMap<>(Map.of("name", "'test'", "connection_timeout_sec", "2", "request_timeout_sec",
                "2", "events", "'{originate,answer,hangup}'", "directions", "'{inbound,outbound,local}'",
                "max_in_flight", "16"));
        all.putAll(columns);
        jdbc.sql("insert into endpoints (id, url, " + String.join(", ", all.keySet()) + ") values (?, ?, "
                + String.join(", ", all.values()) + ")").params(id, url).update();
        addSecret(id, SECRET);
        return id;
    }

    public void addSecret(UUID endpoint, String secret) {
        jdbc.sql("insert into endpoint_secrets (id, endpoint_id, secret) values (?, ?, ?)")
                .params(UUID.randomUUID(), endpoint, secret).update();
    }

    /** @param assignments as SQL */
    public void changeEndpoint(UUID id, String assignments) {
        jdbc.sql("update endpoints set " + assignments + " where id = ?").param(id).update();
    }

    public void removeEndpoint(UUID id) {
        jdbc.sql("delete from endpoints where id = ?").param(id).update();
    }

    public void openBreaker(UUID endpoint) {
        jdbc.sql("insert into endpoint_lanes (endpoint_id, breaker, step, probe_at) values (?, 'open', 1, now())")
                .param(endpoint).update();
    }

    /** The endpoint's breaker, or nothing while no dispatcher has told of it. */
    public List<String> breakers(UUID endpoint) {
        return jdbc.sql("select breaker from endpoint_lanes where endpoint_id = ?").param(endpoint).query(String.class)
                .list();
    }

    /** The rows of an endpoint by event, oldest event of a leg first. */
    public List<Map<String, Object>> rows(UUID endpoint) {
        return jdbc.sql("select * from failed_webhooks where endpoint_id = ? order by uuid, leg_sequence")
                .param(endpoint)
                .query().listOfRows();
    }

    public Map<String, Object> row(String eventId) {
        return jdbc.sql("select * from failed_webhooks where event_id = ?").param(eventId).query().singleRow();
    }

    /** A row as text, to compare. */
    public String rowText(String eventId) {
        return value(String.class, "select row_to_json(f)::text from failed_webhooks f where event_id = ?", eventId);
    }

    public <T> T value(Class<T> type, String sql, Object... parameters) {
        return jdbc.sql(sql).params(parameters).query(type).single();
    }

    @Override
    public void close() {
        source.close();
    }
}

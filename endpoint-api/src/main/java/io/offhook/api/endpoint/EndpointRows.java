package io.offhook.api.endpoint;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

import io.offhook.api.input.PageRequest;
import io.offhook.api.rows.Rows;
import io.offhook.api.rows.Where;
import io.offhook.api.security.Caller;
import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Table {@code endpoints}, with the health that {@code endpoint_lanes} tells. */
@Repository
class EndpointRows {

    private static final String SELECT = """
            select e.*, case when not e.enabled then 'disabled' when l.breaker = 'open' then 'failing'
                             when l.degraded then 'degraded' else 'healthy' end as health
            from endpoints e left join endpoint_lanes l on l.endpoint_id = e.id
            where\s""";

    private static final TypeReference<TreeMap<String, String>> HEADERS = new TypeReference<>() {
    };

    private final JdbcClient jdbc;
    private final JsonMapper json = new JsonMapper();

    EndpointRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Makes those who would raise the tenant's count wait for each other until the transaction ends, then tells the count. */
    int countWhileLocked(String tenant) {
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
                .param("name", "offhook.endpoints/" + (tenant == null ? "" : tenant)).query().singleRow();
        return jdbc.sql("select count(*) from endpoints where tenant is not distinct from :tenant::text")
                .param("tenant", tenant).query(Integer.class).single();
    }

    void insert(UUID id, EndpointConfig config) {
        var statement = jdbc.sql("""
                insert into endpoints (id, tenant, name, url, connection_timeout_sec, request_timeout_sec, events,
                    directions, headers, max_in_flight, rate_limit_per_sec, enabled, disabled_reason)
                values (:id, :tenant, :name, :url, :connection, :request, :events, :directions, :headers::jsonb,
                    :in_flight, :rate, :enabled, :reason)""");
        bind(statement, id, config, config.enabled() ? null : Endpoints.MANUAL).update();
    }

    /** @return whether the endpoint still had this version */
    boolean update(RegisteredEndpoint current, EndpointConfig config, String disabledReason) {
        var statement = jdbc.sql("""
                update endpoints set tenant = :tenant, name = :name, url = :url, connection_timeout_sec = :connection,
                    request_timeout_sec = :request, events = :events, directions = :directions,
                    headers = :headers::jsonb, max_in_flight = :in_flight, rate_limit_per_sec = :rate,
                    enabled = :enabled, disabled_reason = :reason, version = version + 1, updated_at = now()
                where id = :id and version = :version""").param("version", current.version());
        return bind(statement, current.id(), config, disabledReason).update() == 1;
    }

    /** Lets a failing endpoint be tried at once: what kept it from answering may be what was changed. */
    void probeNow(UUID id) {
        jdbc.sql("""
                update endpoint_lanes set probe_at = now(), step = 1, version = version + 1, updated_at = now()
                where endpoint_id = :id and breaker = 'open'""").param("id", id).update();
    }

    private StatementSpec bind(StatementSpec statement, UUID id, EndpointConfig config, String disabledReason) {
        return statement.param("id", id).param("tenant", config.tenant()).param("name", config.name())
                .param("url", config.url()).param("connection", config.connectionTimeoutSec())
                .param("request", config.requestTimeoutSec())
                .param("events", config.events().stream().map(CallAction::wireName).toArray(String[]::new))
                .param("directions", config.directions().stream().map(CallDirection::wireName).toArray(String[]::new))
                .param("headers", json.writeValueAsString(config.headers())).param("in_flight", config.maxInFlight())
                .param("rate", config.rateLimitPerSec()).param("enabled", config.enabled())
                .param("reason", disabledReason);
    }

    /** Removes the endpoint, its secrets and its lane. @return whether it still had this version */
    boolean delete(RegisteredEndpoint current) {
        return jdbc.sql("delete from endpoints where id = :id and version = :version").param("id", current.id())
                .param("version", current.version()).update() == 1;
    }

    /** Empty for what the caller does not see, too. */
    Optional<RegisteredEndpoint> find(UUID id, Caller caller) {
        Where where = new Where().and("e.id = :id", "id", id).and("e.tenant = :tenant", "tenant", caller.tenant());
        return where.bind(jdbc.sql(SELECT + where.sql())).query(this::read).optional();
    }

    /** Oldest first. */
    List<RegisteredEndpoint> list(Caller caller, PageRequest page) {
        Where where = new Where().and("e.tenant = :tenant", "tenant", caller.tenant());
        if (page.after() != null) {
            where.and("(e.created_at, e.id) > (:at, :id)", "at", Rows.time(page.after().at()))
                    .let("id", page.after().id());
        }
        return where.bind(jdbc.sql(SELECT + where.sql() + " order by e.created_at, e.id limit :limit"))
                .param("limit", page.fetch()).query(this::read).list();
    }

    private RegisteredEndpoint read(ResultSet row, int number) throws SQLException {
        var config = new EndpointConfig(row.getString("tenant"), row.getString("name"), row.getString("url"),
                row.getInt("connection_timeout_sec"), row.getInt("request_timeout_sec"),
                Arrays.stream(Rows.texts(row, "events")).map(name -> CallAction.ofWireName(name).orElseThrow())
                        .toList(),
                Arrays.stream(Rows.texts(row, "directions")).map(name -> CallDirection.ofWireName(name).orElseThrow())
                        .toList(),
                json.readValue(row.getString("headers"), HEADERS), row.getInt("max_in_flight"),
                row.getObject("rate_limit_per_sec", Integer.class), row.getBoolean("enabled"));
        return new RegisteredEndpoint(row.getObject("id", UUID.class), config, row.getString("disabled_reason"),
                row.getString("health"), row.getLong("version"), Rows.time(row, "created_at"),
                Rows.time(row, "updated_at"));
    }
}

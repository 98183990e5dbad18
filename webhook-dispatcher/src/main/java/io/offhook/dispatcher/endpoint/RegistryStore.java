package io.offhook.dispatcher.endpoint;

import java.net.URI;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.offhook.dispatcher.persist.IndexScans;
import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.Endpoint;
import io.offhook.sender.SigningSecret;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Reads snapshots of the registry. */
final class RegistryStore {

    private static final Logger log = LoggerFactory.getLogger(RegistryStore.class);

    private final JdbcClient jdbc;
    private final IndexScans indexScans;
    private final TransactionTemplate oneMoment;
    private final JsonMapper json = JsonMapper.shared();

    RegistryStore(JdbcClient jdbc, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.indexScans = new IndexScans(jdbc, transactions);
        this.oneMoment = new TransactionTemplate(transactions);
        oneMoment.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        oneMoment.setReadOnly(true);
    }

    /** @param known the snapshot held, {@code null} for none; its endpoints are kept when their version has not moved */
    RegistrySnapshot read(RegistrySnapshot known) {
        long takenAt = System.nanoTime();
        return oneMoment.execute(_ -> {
            long version = jdbc.sql("select version from endpoint_registry_version").query(Long.class).single();
            Map<UUID, Integer> open = new HashMap<>();
            jdbc.sql("select endpoint_id, greatest(step, 1) from endpoint_lanes where breaker = 'open'")
                    .query((row, _) -> open.put(row.getObject(1, UUID.class), row.getInt(2))).list();
            Set<UUID> degraded = ids("select endpoint_id from endpoint_lanes where degraded");
            var withRows = new HashSet<>(indexScans.endpointsWithOpenRows());
            Map<Integer, Long> persisted = new HashMap<>();
            jdbc.sql("select partition, next_offset from retry_persister_progress")
                    .query((row, _) -> persisted.put(row.getInt(1), row.getLong(2))).list();
            if (known != null && known.version() == version) {
                return known.withState(takenAt, open, degraded, withRows, persisted);
            }
            return RegistrySnapshot.of(version, takenAt, endpoints(), open, degraded, withRows, persisted);
        });
    }

    private Set<UUID> ids(String sql) {
        return new HashSet<>(jdbc.sql(sql).query(UUID.class).list());
    }

    private Map<UUID, RegisteredEndpoint> endpoints() {
        Map<UUID, List<RegisteredEndpoint.Secret>> secrets = new HashMap<>();
        jdbc.sql("select endpoint_id, secret, expires_at from endpoint_secrets order by expires_at desc nulls first")
                .query((row, _) -> {
                    UUID id = row.getObject(1, UUID.class);
                    try {
                        secrets.computeIfAbsent(id, _ -> new ArrayList<>()).add(secret(row));
                    } catch (IllegalArgumentException e) {
                        // As below; without another secret its endpoint is left out too.
                        log.error("a secret of endpoint {} cannot be read and is left out: {}", id, e.getMessage());
                    }
                    return id;
                }).list();
        var endpoints = new HashMap<UUID, RegisteredEndpoint>();
        jdbc.sql(
                """
                        select id, tenant, url, connection_timeout_sec, request_timeout_sec, events, directions, headers, max_in_flight,
                               rate_limit_per_sec, enabled
                        from endpoints""")
                .query((row, _) -> {
                    UUID id = row.getObject("id", UUID.class);
                    try {
                        endpoints.put(id,
                                new RegisteredEndpoint(endpoint(id, row), secrets.getOrDefault(id, List.of())));
                    } catch (IllegalArgumentException | NoSuchElementException | JacksonException e) {
                        // One row that somebody wrote by hand must not keep all others from being served.
                        log.error("endpoint {} cannot be read and is left out: {}", id, e.getMessage());
                    }
                    return id;
                }).list();
        return endpoints;
    }

    private static RegisteredEndpoint.Secret secret(ResultSet row) throws SQLException {
        Timestamp expires = row.getTimestamp(3);
        return new RegisteredEndpoint.Secret(SigningSecret.parse(row.getString(2)),
                expires == null ? null : expires.toInstant());
    }

    private Endpoint endpoint(UUID id, ResultSet row) throws SQLException {
        Map<String, String> headers = json.readValue(row.getString("headers"), new TypeReference<>() {
        });
        return new Endpoint(id, row.getString("tenant"), URI.create(row.getString("url")),
                row.getInt("connection_timeout_sec"),
                row.getInt("request_timeout_sec"),
                texts(row.getArray("events")).map(name -> CallAction.ofWireName(name).orElseThrow())
                        .collect(Collectors.toSet()),
                texts(row.getArray("directions")).map(name -> CallDirection.ofWireName(name).orElseThrow())
                        .collect(Collectors.toSet()),
                headers, row.getInt("max_in_flight"), row.getObject("rate_limit_per_sec", Integer.class),
                row.getBoolean("enabled"));
    }

    private static Stream<String> texts(Array array) throws SQLException {
        return Arrays.stream((String[]) array.getArray());
    }
}

package io.offhook.db;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.output.MigrateResult;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The migrations on a real PostgreSQL, each test in a database of its own. */
class MigrationsTest {

    private static final String INSERT_ENDPOINT = """
            insert into endpoints (id, name, url, connection_timeout_sec, request_timeout_sec, events, directions, max_in_flight)
            values ('%s', 'n', 'http://a.example/', 5, 15, '{hangup}', '{inbound}', 16)""";

    private static EmbeddedPostgresServer postgres;

    @BeforeAll
    static void start() {
        postgres = EmbeddedPostgresServer.temporary().start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void theyApplyOnceAndASecondRunChangesNothing() throws SQLException {
        String url = postgres.createDatabase("twice");

        MigrateResult first = migrate(url);
        assertThat(first.migrationsExecuted).isGreaterThanOrEqualTo(5);
        assertThat(migrate(url).migrationsExecuted).isZero();
        try (var connection = connect(url)) {
            assertThat(strings(connection,
                    "select table_name from information_schema.tables where table_schema = 'public'"))
                    .contains("endpoints", "endpoint_secrets", "endpoint_lanes", "endpoint_registry_version",
                            "failed_webhooks", "retry_persister_progress", "api_keys", "delivery_attempts", "calls",
                            "call_projector_progress", "call_stats", "call_cause_stats", "delivery_stats", "replays",
                            "replay_partitions", "audit_log", "idempotency_keys");
        }
    }

    @Test
    void startedByManyAtOnceTheyApplyOnce() throws Exception {
        String url = postgres.createDatabase("together");
        int starters = 6;
        var start = new CountDownLatch(1);
        var runs = new ArrayList<Future<MigrateResult>>();
        int applied = 0;
        try (var threads = Executors.newFixedThreadPool(starters)) {
            for (int i = 0; i < starters; i++) {
                runs.add(threads.submit(() -> {
                    start.await();
                    return migrate(url);
                }));
            }
            start.countDown();
            for (Future<MigrateResult> run : runs) {
                applied += run.get().migrationsExecuted;
            }
        }
        try (var connection = connect(url)) {
            assertThat(strings(connection,
                    "select version from flyway_schema_history where version is not null and success"))
                    .doesNotHaveDuplicates().hasSize(applied);
        }
    }

    @Test
    void theRegistryVersionMovesWithEveryChangeOfEndpointsAndSecretsAndWithNothingElse() throws SQLException {
        String url = postgres.createDatabase("versions");
        migrate(url);
        UUID endpoint = UUID.randomUUID();
        try (var connection = connect(url)) {
            long version = version(connection);
            for (String change : List.of(INSERT_ENDPOINT.formatted(endpoint),
                    "insert into endpoint_secrets (id, endpoint_id, secret) values (gen_random_uuid(), '" + endpoint
                            + "', 's')",
                    "update endpoint_secrets set expires_at = now()",
                    "update endpoints set enabled = false, disabled_reason = 'gone'",
                    "delete from endpoint_secrets")) {
                execute(connection, change);
                assertThat(version(connection)).as(change).isGreaterThan(version);
                version = version(connection);
            }
            execute(connection, "insert into endpoint_lanes (endpoint_id) values ('" + endpoint + "')");
            execute(connection, "update endpoint_lanes set breaker = 'open', degraded = true");
            assertThat(version(connection)).isEqualTo(version);
            execute(connection, "delete from endpoints");
            assertThat(version(connection)).isGreaterThan(version);
            assertThat(strings(connection, "select endpoint_id::text from endpoint_lanes")).isEmpty();
        }
    }

    @Test
    void whoeverSeesAVersionSeesEveryChangeUpToIt() throws Exception {
        String url = postgres.createDatabase("order_of_versions");
        migrate(url);
        try (var first = connect(url);
                var second = connect(url);
                var reader = connect(url);
                var threads = Executors.newSingleThreadExecutor()) {
            first.setAutoCommit(false);
            execute(first, INSERT_ENDPOINT.formatted(UUID.randomUUID()));
            // The second change waits for the first to commit, so that no later number is seen before an earlier change.
            Future<?> waiting = threads.submit(() -> {
                execute(second, INSERT_ENDPOINT.formatted(UUID.randomUUID()));
                return null;
            });
            while (strings(reader, "select pid::text from pg_locks where not granted").isEmpty()) {
                assertThat(waiting.isDone()).isFalse();
                Thread.onSpinWait();
            }
            assertThat(version(reader)).isEqualTo(1);
            first.commit();
            waiting.get();
            assertThat(version(reader)).isEqualTo(3);
        }
    }

    @Test
    void rowsThatContradictThemselvesAreRefused() throws SQLException {
        String url = postgres.createDatabase("contradictions");
        migrate(url);
        String row = """
                insert into failed_webhooks (id, endpoint_id, event_id, uuid, action, leg_sequence, attributes, payload, status,
                    attempts, first_failed_at, next_attempt_at, ended_at, expires_at, last_error)
                values (gen_random_uuid(), '00000000-0000-0000-0000-000000000001', 'e', 'u', 'hangup', 2, '{}', '', '%s', 0, now(),
                    %s, %s, now(), 'dns')""";
        try (var connection = connect(url)) {
            for (String wrong : List.of(row.formatted("pending", "null", "null"),
                    row.formatted("pending", "now()", "now()"),
                    row.formatted("exhausted", "now()", "now()"), row.formatted("exhausted", "null", "null"),
                    row.formatted("lost", "null", "now()"),
                    INSERT_ENDPOINT.formatted(UUID.randomUUID()).replace("'{hangup}'", "'{}'"),
                    INSERT_ENDPOINT.formatted(UUID.randomUUID()).replace("5, 15", "31, 15"),
                    INSERT_ENDPOINT.formatted(UUID.randomUUID()).replace("max_in_flight)", "max_in_flight, enabled)")
                            .replace("16)", "16, false)"))) {
                assertThatThrownBy(() -> execute(connection, wrong)).as(wrong).hasMessageContaining("check constraint");
            }
            execute(connection, row.formatted("pending", "now()", "null"));
            assertThatThrownBy(() -> execute(connection, row.formatted("pending", "now()", "null")))
                    .as("the same hand-off read twice").hasMessageContaining("failed_webhooks_delivery");
        }
    }

    @Test
    void rowsThatAreThereBeforeTheirLegsAreKnownWaitForThoseBeforeThem() throws SQLException {
        String url = postgres.createDatabase("waiting");
        Flyway.configure().dataSource(url, null, null).target("4").load().migrate();
        String row = """
                insert into failed_webhooks (id, endpoint_id, event_id, uuid, action, leg_sequence, attributes, payload, status,
                    attempts, first_failed_at, next_attempt_at, expires_at, last_error)
                values (gen_random_uuid(), '00000000-0000-0000-0000-000000000001', '%1$s_%2$s', 'u', '%2$s', %3$d, '{}', '',
                    'pending', 0, now(), now(), now(), 'dns')""";
        try (var connection = connect(url)) {
            execute(connection, row.formatted("u", "originate", 0));
            execute(connection, row.formatted("u", "hangup", 2));
            execute(connection, row.formatted("u-1580283919489709", "answer", 1));
            migrate(url);
            assertThat(strings(connection,
                    "select leg || ' ' || action || ' ' || coalesce(waits_until::text, 'may go') from failed_webhooks"))
                    .containsExactlyInAnyOrder("u originate may go", "u hangup infinity",
                            "u-1580283919489709 answer may go");
            execute(connection,
                    "update failed_webhooks set status = 'delivered', next_attempt_at = null, ended_at = now() where event_id = 'u_originate'");
            assertThat(strings(connection, "select coalesce(waits_until::text, 'may go') from failed_webhooks"))
                    .containsOnly("may go");
        }
    }

    @Test
    void attemptsNeedTheirDaysPartitionWhichTakesAnAttemptOnce() throws SQLException {
        String url = postgres.createDatabase("attempts");
        migrate(url);
        String row = """
                insert into delivery_attempts (attempted_at, id, endpoint_id, event_id, uuid, action, attempt, outcome, error,
                    duration_ms, response_excerpt)
                values ('%s', '00000000-0000-0000-0000-000000000001', gen_random_uuid(), 'e', 'u', 'hangup', 1, '%s', %s, 5, '')""";
        try (var connection = connect(url)) {
            String good = row.formatted("2026-01-31T23:59:59.999999Z", "delivered", "null");
            assertThatThrownBy(() -> execute(connection, good)).hasMessageContaining("no partition");
            execute(connection, "create table day (like delivery_attempts including constraints)");
            execute(connection,
                    "alter table delivery_attempts attach partition day for values from ('2026-01-31Z') to ('2026-02-01Z')");
            execute(connection, good);
            assertThatThrownBy(() -> execute(connection, good)).hasMessageContaining("day_pkey");
            for (String wrong : List.of(row.formatted("2026-01-31Z", "delivered", "'dns'"),
                    row.formatted("2026-01-31Z", "failed", "null"), row.formatted("2026-01-31Z", "lost", "'dns'"))) {
                assertThatThrownBy(() -> execute(connection, wrong)).as(wrong).hasMessageContaining("check constraint");
            }
        }
    }

    private static MigrateResult migrate(String url) {
        return Flyway.configure().dataSource(url, null, null).load().migrate();
    }

    private static Connection connect(String url) throws SQLException {
        return DriverManager.getConnection(url);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long version(Connection connection) throws SQLException {
        return Long.parseLong(strings(connection, "select version from endpoint_registry_version").getFirst());
    }

    private static List<String> strings(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
            var found = new ArrayList<String>();
            while (rows.next()) {
                found.add(rows.getString(1));
            }
            return found;
        }
    }
}

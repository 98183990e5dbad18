package io.offhook.chaos;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.Endpoint;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import org.flywaydb.core.Flyway;

/** The database of one scenario: its endpoints, and what could not be delivered yet. */
final class DeliveryDatabase {

    private static final int SHOWN_ROWS = 3;

    private final String url;

    /** Makes it, with the schema in it. @param name letters, digits and underscores */
    DeliveryDatabase(EmbeddedPostgresServer server, String name) {
        this.url = server.createDatabase(name);
        Flyway.configure().dataSource(url, server.username(), server.password()).load().migrate();
    }

    String url() {
        return url;
    }

    void register(Endpoint endpoint, String name, String secret) {
        try (Connection connection = DriverManager.getConnection(url)) {
            connection.setAutoCommit(false);
            insert(connection, endpoint, name);
            try (PreparedStatement insert = connection
                    .prepareStatement("insert into endpoint_secrets (id, endpoint_id, secret) values (?, ?, ?)")) {
                insert.setObject(1, UUID.randomUUID());
                insert.setObject(2, endpoint.id());
                insert.setString(3, secret);
                insert.executeUpdate();
            }
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException("endpoint " + name + " cannot be registered", e);
        }
    }

    private static void insert(Connection connection, Endpoint endpoint, String name) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into endpoints (id, tenant, name, url, connection_timeout_sec, request_timeout_sec, events,
                                       directions, max_in_flight)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?)""")) {
            insert.setObject(1, endpoint.id());
            insert.setString(2, endpoint.tenant());
            insert.setString(3, name);
            insert.setString(4, endpoint.url().toString());
            insert.setInt(5, endpoint.connectionTimeoutSec());
            insert.setInt(6, endpoint.requestTimeoutSec());
            insert.setArray(7, connection.createArrayOf("text",
                    endpoint.events().stream().map(CallAction::wireName).toArray()));
            insert.setArray(8, connection.createArrayOf("text",
                    endpoint.directions().stream().map(CallDirection::wireName).toArray()));
            insert.setInt(9, endpoint.maxInFlight());
            insert.executeUpdate();
        }
    }

    /** What has not been delivered yet and why, some of it; none when all has come to its end. */
    List<String> undelivered() {
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement query = connection.prepareStatement(
                        """
                                select count(*) over () || ' not delivered, such as ' || r.event_id || ' of ' || e.name || ': ' || r.status
                                    || ', attempts ' || r.attempts || coalesce(', last error ' || r.last_error, '')
                                    || coalesce(', next attempt in ' || (r.next_attempt_at - now()), '')
                                    || coalesce(', waits until ' || r.waits_until, '')
                                    || coalesce(', leased for ' || (r.lease_until - now()), '')
                                    || coalesce('; lane ' || l.breaker || ' at step ' || l.step
                                        || coalesce(', probe in ' || (l.probe_at - now()), ''), '')
                                from failed_webhooks r join endpoints e on e.id = r.endpoint_id
                                    left join endpoint_lanes l on l.endpoint_id = e.id
                                where r.status <> 'delivered' order by r.event_id limit ?""")) {
            query.setInt(1, SHOWN_ROWS);
            var rows = new ArrayList<String>();
            try (ResultSet found = query.executeQuery()) {
                while (found.next()) {
                    rows.add(found.getString(1));
                }
            }
            return rows;
        } catch (SQLException e) {
            // PostgreSQL runs when this is asked: without an answer there is no verdict.
            throw new IllegalStateException("the rows cannot be read", e);
        }
    }
}

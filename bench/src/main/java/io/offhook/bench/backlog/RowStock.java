package io.offhook.bench.backlog;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/** Endpoints and their rows, written straight into PostgreSQL. */
final class RowStock implements AutoCloseable {

    private static final String SECRET = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    private static final int LEGS_AT_ONCE = 20_000;
    private static final String ROWS = """
            insert into failed_webhooks (id, endpoint_id, event_id, uuid, action, leg_sequence, attributes, payload, status, attempts,
                first_failed_at, next_attempt_at, expires_at, last_error)
            select gen_random_uuid(), e.id, l.uuid || '_' || a.action, l.uuid, a.action, a.sequence,
                json_build_object('specversion', '1.0', 'id', l.uuid || '_' || a.action, 'type', 'offhook.call.' || a.action, 'source',
                    '/freeswitch/fs1', 'subject', l.uuid, 'time', '2026-01-01T00:00:00.000000Z', 'tenant', 'tenant-a.example',
                    'callid', l.uuid, 'legsequence', a.sequence::text),
                convert_to(json_build_object('uuid', l.uuid, 'callee_number', '0035799123456', 'caller_id_number', '+442035040000',
                    'ani', '1002', 'direction', 'outbound', 'filler', repeat('x', 250), 'action', a.action)::text, 'UTF8'),
                'pending', case when a.sequence = 0 then 1 else 0 end, now(), now(), now() + interval '1 day', 'connect_refused'
            from (select id, gen_random_uuid()::text as uuid, n
                  from generate_series(1, ?) n, (select id from endpoints where name = ?) e) l (id, uuid, n)
            join endpoints e on e.id = l.id
            cross join (values ('originate', 0), ('answer', 1), ('hangup', 2)) a (action, sequence)
            where a.sequence < ? order by l.n, a.sequence""";

    private final Connection connection;

    RowStock(String url) throws SQLException {
        connection = DriverManager.getConnection(url);
    }

    void endpoint(String name, String tenant, String url, int maxInFlight) throws SQLException {
        UUID id = UUID.randomUUID();
        try (PreparedStatement endpoint = connection.prepareStatement(
                """
                        insert into endpoints (id, tenant, name, url, connection_timeout_sec, request_timeout_sec, events, directions,
                            max_in_flight) values (?, ?, ?, ?, 5, 15, '{originate,answer,hangup}', '{inbound,outbound,local}', ?)""");
                PreparedStatement secret = connection.prepareStatement(
                        "insert into endpoint_secrets (id, endpoint_id, secret) values (gen_random_uuid(), ?, ?)")) {
            endpoint.setObject(1, id);
            endpoint.setString(2, tenant);
            endpoint.setString(3, name);
            endpoint.setString(4, url);
            endpoint.setInt(5, maxInFlight);
            endpoint.executeUpdate();
            secret.setObject(1, id);
            secret.setString(2, SECRET);
            secret.executeUpdate();
        }
    }

    /** Legs of an endpoint, all due. */
    void legs(String endpoint, int legs, int eventsOfEach) throws SQLException {
        for (int done = 0; done < legs; done += LEGS_AT_ONCE) {
            try (PreparedStatement rows = connection.prepareStatement(ROWS)) {
                rows.setInt(1, Math.min(LEGS_AT_ONCE, legs - done));
                rows.setString(2, endpoint);
                rows.setInt(3, eventsOfEach);
                rows.executeUpdate();
            }
        }
    }

    /** What PostgreSQL does by itself when rows come over hours. */
    void vacuum() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("vacuum (analyze) failed_webhooks");
        }
    }

    long number(String sql) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql); ResultSet row = query.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    long pending() throws SQLException {
        return number("select count(*) from failed_webhooks where status = 'pending'");
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}

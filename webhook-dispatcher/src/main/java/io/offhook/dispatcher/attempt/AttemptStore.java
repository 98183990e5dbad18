package io.offhook.dispatcher.attempt;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Writes attempts with COPY. A copy cannot pass over rows that are there, so it goes into a table of the session's own, and from
 * there go those that are new: the same batch may be written any number of times.
 */
final class AttemptStore {

    private static final String COLUMNS = "attempted_at, id, endpoint_id, tenant, event_id, uuid, action, replay_id,"
            + " attempt, outcome, status_code, error, duration_ms, response_excerpt, remote_address";
    /** Lives as long as the connection, and is emptied with each transaction. */
    private static final String STAGE = "create temp table if not exists attempt_batch (like delivery_attempts) on commit delete rows";
    private static final String KEEP_NEW = "insert into delivery_attempts (" + COLUMNS + ") select " + COLUMNS
            + " from attempt_batch on conflict (attempted_at, id) do nothing returning id";
    /** A process that is frozen with rows that nobody sees yet would hold up another that writes the same batch. */
    private static final String FROZEN = "set local idle_in_transaction_session_timeout = '10s'";
    private static final int CHUNK_CHARS = 64 * 1024;
    private static final String NULL = "\\N";

    private final JdbcTemplate jdbc;
    private final DeliveryStatistics statistics;
    private final TransactionTemplate transaction;

    AttemptStore(JdbcTemplate jdbc, PlatformTransactionManager transactions, DeliveryStatistics statistics) {
        this.jdbc = jdbc;
        this.statistics = statistics;
        this.transaction = new TransactionTemplate(transactions);
    }

    /**
     * All or none, in one transaction with the statistics of those that are new. The statistics come last: their rows are locked to the
     * end of the transaction, and everybody counts into the same ones.
     *
     * @param attempts in the order of their keys
     * @param counted days that statistics are kept of
     * @return rows that were not there yet
     */
    int write(List<AttemptRecord> attempts, Set<LocalDate> counted) {
        ConnectionCallback<Set<UUID>> copy = connection -> copy(connection, attempts);
        return Objects.requireNonNull(transaction.execute(_ -> {
            Set<UUID> fresh = Objects.requireNonNull(jdbc.execute(copy));
            int rows = fresh.size();
            // Removed as it is counted: a batch may hold an attempt twice.
            statistics.count(attempts.stream()
                    .filter(attempt -> counted.contains(attempt.day()) && fresh.remove(attempt.id())).toList());
            return rows;
        }));
    }

    /** @return the ids of rows that were not there yet */
    private static Set<UUID> copy(Connection connection, List<AttemptRecord> attempts) throws SQLException {
        var fresh = new HashSet<UUID>();
        try (Statement statement = connection.createStatement()) {
            statement.execute(FROZEN);
            statement.execute(STAGE);
            copyInto("attempt_batch", connection.unwrap(PGConnection.class), attempts);
            try (ResultSet rows = statement.executeQuery(KEEP_NEW)) {
                while (rows.next()) {
                    fresh.add(rows.getObject(1, UUID.class));
                }
            }
        }
        return fresh;
    }

    static void copyInto(String table, PGConnection connection, List<AttemptRecord> attempts) throws SQLException {
        CopyIn copy = connection.getCopyAPI().copyIn("copy " + table + " (" + COLUMNS + ") from stdin");
        try {
            var text = new StringBuilder(CHUNK_CHARS);
            for (AttemptRecord attempt : attempts) {
                row(text, attempt);
                if (text.length() >= CHUNK_CHARS) {
                    send(copy, text);
                }
            }
            send(copy, text);
            copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    private static void send(CopyIn copy, StringBuilder text) throws SQLException {
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(bytes, 0, bytes.length);
        text.setLength(0);
    }

    private static void row(StringBuilder text, AttemptRecord attempt) {
        plain(text, attempt.attemptedAt());
        plain(text, attempt.id());
        plain(text, attempt.endpointId());
        escaped(text, attempt.tenant());
        escaped(text, attempt.eventId());
        escaped(text, attempt.uuid());
        escaped(text, attempt.action());
        plain(text, attempt.replayId());
        plain(text, attempt.attempt());
        escaped(text, attempt.outcome());
        plain(text, attempt.statusCode());
        escaped(text, attempt.error());
        plain(text, attempt.durationMs());
        escaped(text, attempt.responseExcerpt());
        escaped(text, attempt.remoteAddress());
        text.setCharAt(text.length() - 1, '\n');
    }

    /** Numbers, ids and times: nothing in them means anything to COPY. */
    private static void plain(StringBuilder text, Object value) {
        text.append(value == null ? NULL : value).append('\t');
    }

    /** COPY's text format; of NUL, which PostgreSQL's texts cannot hold, the sign for a character lost stands. */
    private static void escaped(StringBuilder text, String value) {
        if (value == null) {
            text.append(NULL);
        } else {
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                switch (c) {
                    case '\\' -> text.append("\\\\");
                    case '\n' -> text.append("\\n");
                    case '\r' -> text.append("\\r");
                    case '\t' -> text.append("\\t");
                    case '\0' -> text.append('\uFFFD');
                    default -> text.append(c);
                }
            }
        }
        text.append('\t');
    }
}

package io.offhook.dispatcher.retry;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

import com.zaxxer.hikari.HikariDataSource;
import io.offhook.dispatcher.AttemptResults;
import io.offhook.dispatcher.CallEvents;
import io.offhook.dispatcher.Registry;
import io.offhook.dispatcher.persist.IndexScans;
import io.offhook.model.CallAction;
import io.offhook.model.CallEventMessage;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** Rows of failed webhooks in a database of their own. */
final class RetryRows implements AutoCloseable {

    static final Duration LEASE = Duration.ofSeconds(70);
    static final Duration START = Duration.ofSeconds(50);

    final Registry registry;
    final JdbcTemplate jdbc;
    final JdbcTransactionManager transactions;
    final IndexScans indexScans;
    final RetryStore store;
    final SettleStore settles;
    private final HikariDataSource source = new HikariDataSource();

    RetryRows(EmbeddedPostgresServer postgres, String database) {
        registry = new Registry(postgres, database);
        source.setJdbcUrl(registry.url());
        source.setConnectionTimeout(1000);
        jdbc = new JdbcTemplate(source);
        transactions = new JdbcTransactionManager(source);
        indexScans = new IndexScans(JdbcClient.create(jdbc), transactions);
        store = new RetryStore(jdbc, indexScans, settings(1_000_000));
        settles = new SettleStore(jdbc, indexScans, settings(1_000_000));
    }

    static RetrySettings settings(int maxPending) {
        var schedule = new RetrySchedule(List.of(Duration.ofSeconds(1), Duration.ofSeconds(3)), 0);
        return new RetrySettings(schedule, Duration.ofDays(1), 3, Duration.ofSeconds(60), Duration.ofDays(7),
                Duration.ofMillis(250), Duration.ofSeconds(10), maxPending);
    }

    static RetryRecord notTried(UUID endpoint, String uuid, CallAction action) {
        CallEventMessage message = CallEvents.of(uuid, action);
        return new RetryRecord(endpoint, RetryRecord.LIVE, message.id().value(), uuid, action.wireName(),
                message.attributes(), message.body(), 0, 0, "ordered", null, null, null);
    }

    /** Lets connections that a stopped server has cut go, as they would in time. */
    void reconnect() {
        source.getHikariPoolMXBean().softEvictConnections();
    }

    void insert(UUID endpoint, String uuid, CallAction... actions) {
        for (CallAction action : actions) {
            store.insert(notTried(endpoint, uuid, action), Instant.now());
        }
    }

    RetryStore.Claim claim(UUID endpoint, int rows) {
        return store.claim(List.of(new RetryStore.Want(endpoint, rows, LEASE, START)), UUID.randomUUID(), null);
    }

    RetryStore.Claim claimProbe(UUID endpoint) {
        return store.claimProbe(new RetryStore.Want(endpoint, 1, LEASE, START), UUID.randomUUID(), null);
    }

    void deliver(ClaimedRow row) {
        settles.settle(List.of(new Settlement.Delivered(row, AttemptResults.delivered())));
    }

    void refuse(ClaimedRow row) {
        settles.settle(List.of(new Settlement.Failed(row, AttemptResults.refused())));
    }

    static List<String> ids(RetryStore.Claim claim) {
        return claim.rows().stream().map(row -> row.message().id().value()).toList();
    }

    /** {@code infinity}, {@code null}, or a time. */
    String waitsUntil(String eventId) {
        return jdbc.queryForObject("select waits_until::text from failed_webhooks where event_id = ?", String.class,
                eventId);
    }

    void change(String eventId, String assignments) {
        jdbc.update("update failed_webhooks set " + assignments + " where event_id = ?", eventId);
    }

    @Override
    public void close() {
        source.close();
        registry.close();
    }
}

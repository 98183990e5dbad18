package io.offhook.dispatcher.attempt;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.offhook.dispatcher.Registry;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * Prints how many attempts a second become rows, and what a row takes. No test of a build, since it asserts nothing:
 * {@code mvn verify -pl webhook-dispatcher -am -Dtest=PersisterRate -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class PersisterRate {

    private static final int ROWS = 50_000;
    private static final int ROUNDS = 3;

    @Test
    void print() {
        try (var postgres = EmbeddedPostgresServer.temporary().setting("fsync", "on").start();
                var registry = new Registry(postgres, "rate");
                var source = AttemptRecords.source(registry.url())) {
            var jdbc = new JdbcTemplate(source);
            AttemptPersister persister = persister(source, jdbc);
            List<List<ConsumerRecord<byte[], byte[]>>> warmUp = batches(source, ROWS, 1000);
            warmUp.forEach(persister::onMessage);
            warmUp.forEach(batch -> copyStraight(jdbc, batch));
            for (int round = 1; round <= ROUNDS; round++) {
                for (int size : List.of(100, 500, 1000, 2000)) {
                    jdbc.execute("truncate delivery_attempts");
                    print(size + " a batch", persister::onMessage, batches(source, ROWS, size));
                }
                sizes(jdbc);
                jdbc.execute("truncate delivery_attempts");
                print("1000 a batch, copied straight in, not safe to repeat", batch -> copyStraight(jdbc, batch),
                        batches(source, ROWS, 1000));
            }
        }
    }

    /** Yardstick: the same decoding, sorting and COPY, without the table between. */
    private static void copyStraight(JdbcTemplate jdbc, List<ConsumerRecord<byte[], byte[]>> batch) {
        var codec = new AttemptRecord.Codec();
        List<AttemptRecord> attempts = batch.stream().map(record -> codec.decode(record.value()).orElseThrow())
                .map(attempt -> new AttemptRecord(UUID.randomUUID(), attempt.endpointId(), attempt.eventId(),
                        attempt.uuid(), attempt.action(), attempt.tenant(), null, 1, attempt.outcome(),
                        attempt.statusCode(), attempt.error(), attempt.durationMs(), attempt.responseExcerpt(),
                        attempt.remoteAddress(), attempt.attemptedAt()))
                .sorted(AttemptRecord.KEY_ORDER).toList();
        jdbc.execute((ConnectionCallback<Void>) connection -> {
            AttemptStore.copyInto("delivery_attempts", connection.unwrap(PGConnection.class), attempts);
            return null;
        });
    }

    private static AttemptPersister persister(HikariDataSource source, JdbcTemplate jdbc) {
        var transactions = new JdbcTransactionManager(source);
        return AttemptRecords.persister(jdbc, transactions, new SimpleMeterRegistry());
    }

    private static void print(String what, Consumer<List<ConsumerRecord<byte[], byte[]>>> write,
            List<List<ConsumerRecord<byte[], byte[]>>> batches) {
        long started = System.nanoTime();
        batches.forEach(write);
        double seconds = (System.nanoTime() - started) / 1e9;
        System.out.printf("%s: %.0f rows/s%n", what, ROWS / seconds);
    }

    /** As of 100 endpoints: three events a leg, with the short answers that receivers mostly give. */
    private static List<List<ConsumerRecord<byte[], byte[]>>> batches(HikariDataSource source, int rows, int size) {
        var codec = new AttemptRecord.Codec();
        List<UUID> endpoints = Stream.generate(UUID::randomUUID).limit(100).toList();
        Instant now = AttemptRecords.now(source);
        var batches = new ArrayList<List<ConsumerRecord<byte[], byte[]>>>();
        for (int i = 0; i < rows; i++) {
            if (i % size == 0) {
                batches.add(new ArrayList<>(size));
            }
            String uuid = new UUID(0x460a36b6L << 32, (long) (i / 3) * 0x9E3779B97F4A7C15L).toString();
            boolean failed = i % 100 == 0;
            var attempt = new AttemptRecord(UUID.randomUUID(), endpoints.get(i * 31 % 100), uuid + "_hangup", uuid,
                    "hangup", "tenant-" + i * 31 % 100 + ".example", null, 1, failed ? "failed" : "delivered",
                    failed ? 503 : 200, failed ? "http_5xx" : null, 23, "{\"status\":\"accepted\"}",
                    "203.0.113.17:443", now.minusMillis(rows - i));
            batches.getLast().add(AttemptRecords.inTopic(codec.encode(attempt)));
        }
        return batches;
    }

    private static void sizes(JdbcTemplate jdbc) {
        jdbc.execute("vacuum analyze delivery_attempts");
        jdbc.queryForList("""
                select sum(pg_relation_size(inhrelid)) / sum(c.reltuples) as table_bytes_a_row,
                    sum(pg_indexes_size(inhrelid)) / sum(c.reltuples) as index_bytes_a_row
                from pg_inherits i join pg_class c on c.oid = i.inhrelid
                where c.relkind = 'r' and c.reltuples > 0""")
                .forEach(System.out::println);
    }
}

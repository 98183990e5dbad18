package io.offhook.dispatcher.attempt;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.offhook.dispatcher.Registry;
import io.offhook.dispatcher.SharedServers;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Batches of the attempts topic on a real PostgreSQL. */
@ExtendWith(SharedServers.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AttemptPersisterTest {

    private final EmbeddedPostgresServer postgres;
    @AutoClose
    private final Registry registry;
    @AutoClose
    private final HikariDataSource source;
    private final JdbcTemplate jdbc;
    private final Instant now;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AttemptPersister persister;

    AttemptPersisterTest(EmbeddedPostgresServer postgres) {
        this.postgres = postgres;
        this.registry = new Registry(postgres, "attempt_persister");
        this.source = AttemptRecords.source(registry.url());
        this.jdbc = new JdbcTemplate(source);
        this.now = AttemptRecords.now(source);
        this.persister = persister();
    }

    @BeforeEach
    void empty() {
        jdbc.execute("truncate delivery_attempts, delivery_stats");
    }

    @Test
    void everyFieldBecomesAColumn() {
        AttemptRecord good = AttemptRecords.delivered("leg-1", now);
        AttemptRecord bad = AttemptRecords.failed("leg-2", "odd \\N \\. \t\r\n \\\\ \uD83D\uDCDE end", now);
        persister.onMessage(AttemptRecords.inTopic(good, bad));

        assertThat(row("leg-1")).containsEntry("id", good.id()).containsEntry("endpoint_id", AttemptRecords.ENDPOINT)
                .containsEntry("event_id", "leg-1_hangup").containsEntry("action", "hangup")
                .containsEntry("tenant", "tenant-a.example").containsEntry("replay_id", null)
                .containsEntry("attempt", 1).containsEntry("outcome", "delivered").containsEntry("status_code", 200)
                .containsEntry("error", null).containsEntry("duration_ms", 12L)
                .containsEntry("response_excerpt", "ok").containsEntry("remote_address", "127.0.0.1:80");
        assertThat(row("leg-2")).containsEntry("tenant", null).containsEntry("replay_id", bad.replayId())
                .containsEntry("error", "http_5xx").containsEntry("response_excerpt", bad.responseExcerpt());
        assertThat(jdbc.queryForObject("select attempted_at from delivery_attempts where uuid = 'leg-1'",
                OffsetDateTime.class).toInstant()).isEqualTo(good.attemptedAt());
    }

    @Test
    void aBatchThatComesTwiceDoublesNothing() {
        var records = new ArrayList<>(AttemptRecords.inTopic(AttemptRecords.delivered("leg-1", now),
                AttemptRecords.delivered("leg-2", now), AttemptRecords.failed("leg-1", "", now)));
        persister.onMessage(records);
        List<Map<String, Object>> once = rows();
        assertThat(once).hasSize(3);

        records.addAll(AttemptRecords.inTopic(AttemptRecords.delivered("leg-3", now)));
        persister.onMessage(records);
        assertThat(rows()).hasSize(4).containsAll(once);
    }

    @Test
    void twoPersistersThatWriteTheSameAtOnceDoubleNothing() throws Exception {
        var records = new ArrayList<AttemptRecord>();
        for (int i = 0; i < 500; i++) {
            records.add(AttemptRecords.delivered("leg-" + i, now.plusNanos(i * 1000L)));
        }
        List<ConsumerRecord<byte[], byte[]>> one = AttemptRecords.inTopic(records.toArray(AttemptRecord[]::new));
        List<ConsumerRecord<byte[], byte[]>> other = one.reversed();
        var start = new CountDownLatch(1);
        try (var threads = Executors.newFixedThreadPool(2)) {
            List<Future<?>> runs = new ArrayList<>();
            for (List<ConsumerRecord<byte[], byte[]>> batch : List.of(one, other)) {
                runs.add(threads.submit(() -> {
                    start.await();
                    persister().onMessage(batch);
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> run : runs) {
                run.get();
            }
        }
        assertThat(rows()).hasSize(500);
    }

    @Test
    void whatCannotBecomeARowIsPassedOverAndCounted() {
        double before = counted("passed.over");
        var indexed = new StringBuilder();
        // Too long for an entry of an index, and of chance, so that it cannot be compressed.
        new Random(1).ints(6000, 0x4E00, 0x9F00).forEach(indexed::appendCodePoint);
        var records = new ArrayList<>(AttemptRecords.inTopic(AttemptRecords.delivered("leg-1", now),
                AttemptRecords.delivered(indexed.toString(), now), AttemptRecords.delivered("nul \0", now),
                AttemptRecords.delivered("half \uD83D", now),
                AttemptRecords.delivered("old", now.minus(Duration.ofDays(32))),
                AttemptRecords.delivered("ahead", now.plus(Duration.ofDays(5)))));
        records.add(1, AttemptRecords.inTopic("no attempt".getBytes(StandardCharsets.UTF_8)));
        records.add(2, AttemptRecords.inTopic((byte[]) null));
        persister.onMessage(records);

        assertThat(rows()).extracting(row -> row.get("uuid")).containsExactlyInAnyOrder("leg-1", "nul \uFFFD",
                "half ?");
        assertThat(counted("passed.over") - before).isEqualTo(5);
    }

    @Test
    void whatIsNewIsCountedByEndpointAndTenantInTheSameTransaction() {
        UUID foreign = UUID.randomUUID();
        Instant hour = now.truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(2));
        var attempts = new ArrayList<AttemptRecord>();
        for (int i = 0; i < 120; i++) {
            AttemptRecord one = i % 4 == 0
                    ? AttemptRecords.failed("leg-" + i, "", hour.plusSeconds(i))
                    : AttemptRecords.delivered("leg-" + i, hour.plusSeconds(i));
            attempts.add(i % 3 == 0 ? AttemptRecords.of(foreign, i % 2 == 0 ? "tenant-b.example" : null, one) : one);
        }
        attempts.add(AttemptRecords.delivered("attempt kept longer than counts", now.minus(Duration.ofDays(25))));
        List<ConsumerRecord<byte[], byte[]>> records = AttemptRecords
                .inTopic(attempts.toArray(AttemptRecord[]::new));
        persister.onMessage(records.subList(0, 70));
        persister.onMessage(records);
        var twice = new ArrayList<>(records);
        twice.addAll(records);
        persister.onMessage(twice);

        assertThat(rows()).hasSize(121);
        String counted = "select endpoint_id, tenant, step_sec, at, deliveries, failures,"
                + " coalesce(latency[16], 0) as of_12_ms from delivery_stats order by 1, 2, 3, 4";
        // 12 ms lie between 2^(14/4) = 11.3 ms and 2^(15/4) = 13.5 ms.
        assertThat(jdbc.queryForList(counted)).isNotEmpty()
                .isEqualTo(jdbc.queryForList("""
                        select scope.endpoint_id, scope.tenant, sec as step_sec,
                            date_bin(sec * interval '1 second', attempted_at, '2000-01-01 00:00Z') as at,
                            count(*) filter (where outcome = 'delivered') as deliveries,
                            count(*) filter (where outcome = 'failed') as failures,
                            count(*) filter (where outcome = 'delivered') as of_12_ms
                        from delivery_attempts a
                        cross join (values (60), (3600)) step (sec)
                        cross join lateral (select a.endpoint_id, coalesce(a.tenant, '') as tenant
                            union all select '00000000-0000-0000-0000-000000000000', ''
                            union all select '00000000-0000-0000-0000-000000000000', a.tenant
                                where a.tenant is not null) scope
                        where attempted_at > now() - interval '20 days'
                        group by 1, 2, 3, 4 order by 1, 2, 3, 4"""));
    }

    @Test
    void daysAreThoseOfUtcAndTheirPartitionsAreMadeOnDemand() {
        Instant midnight = now.atOffset(ZoneOffset.UTC).toLocalDate().atStartOfDay().toInstant(ZoneOffset.UTC);
        List<Instant> times = List.of(midnight.minusNanos(1000), midnight, midnight.minus(Duration.ofDays(9)));
        persister.onMessage(AttemptRecords.inTopic(
                times.stream().map(at -> AttemptRecords.delivered("leg", at)).toArray(AttemptRecord[]::new)));

        assertThat(
                jdbc.queryForList("select tableoid::regclass::text from delivery_attempts order by attempted_at desc",
                        String.class))
                .isEqualTo(times.stream().sorted(Comparator.reverseOrder())
                        .map(at -> "delivery_attempts_" + at.toString().substring(0, 10).replace('-', '_')).toList());
    }

    @Test
    void whilePostgresIsAwayTheBatchFailsAndComesAgain() {
        List<ConsumerRecord<byte[], byte[]>> batch = AttemptRecords.inTopic(AttemptRecords.delivered("leg", now));
        postgres.stop();
        try {
            assertThatThrownBy(() -> persister.onMessage(batch)).isInstanceOfAny(TransactionException.class,
                    DataAccessException.class);
        } finally {
            postgres.start();
            // So that the next statement meets a connection that lives; a dispatcher would try again in a second.
            source.getHikariPoolMXBean().softEvictConnections();
        }
        persister.onMessage(batch);
        assertThat(rows()).hasSize(1);
    }

    private AttemptPersister persister() {
        var transactions = new JdbcTransactionManager(source);
        return AttemptRecords.persister(jdbc, transactions, meters);
    }

    private double counted(String what) {
        return meters.get("offhook.dispatcher.attempts." + what).counter().count();
    }

    private List<Map<String, Object>> rows() {
        return jdbc.queryForList("select * from delivery_attempts");
    }

    private Map<String, Object> row(String uuid) {
        return jdbc.queryForMap("select * from delivery_attempts where uuid = ?", uuid);
    }
}

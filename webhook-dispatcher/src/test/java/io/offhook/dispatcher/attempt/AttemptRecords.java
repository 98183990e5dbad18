package io.offhook.dispatcher.attempt;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.db.DayPartitions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;

/** Attempts as they come from the topic, and the database that they go to. */
final class AttemptRecords {

    static final UUID ENDPOINT = UUID.fromString("0197c6f0-0000-7000-8000-000000000001");

    private AttemptRecords() {}

    /** Keeps attempts for 30 days, makes partitions for 3, and counts for 20. */
    static AttemptPersister persister(JdbcTemplate jdbc, PlatformTransactionManager transactions,
            MeterRegistry meters) {
        var statistics = new DeliveryStatistics(jdbc, transactions, Duration.ofDays(20), 3);
        return new AttemptPersister(new AttemptStore(jdbc, transactions, statistics),
                new DayPartitions(jdbc, transactions, "delivery_attempts", Duration.ofDays(30), 3), statistics, meters);
    }

    static AttemptRecord delivered(String uuid, Instant at) {
        return new AttemptRecord(UUID.randomUUID(), ENDPOINT, uuid + "_hangup", uuid, "hangup", "tenant-a.example",
                null,
                1, "delivered", 200, null, 12, "ok", "127.0.0.1:80", at);
    }

    static AttemptRecord failed(String uuid, String excerpt, Instant at) {
        return new AttemptRecord(UUID.randomUUID(), ENDPOINT, uuid + "_hangup", uuid, "hangup", null, UUID.randomUUID(),
                2, "failed", 500, "http_5xx", 34, excerpt, "[::1]:80", at);
    }

    /** The same attempt at another endpoint. */
    static AttemptRecord of(UUID endpoint, String tenant, AttemptRecord one) {
        return new AttemptRecord(one.id(), endpoint, one.eventId(), one.uuid(), one.action(), tenant, one.replayId(),
                one.attempt(), one.outcome(), one.statusCode(), one.error(), one.durationMs(), one.responseExcerpt(),
                one.remoteAddress(), one.attemptedAt());
    }

    static ConsumerRecord<byte[], byte[]> inTopic(byte[] value) {
        return new ConsumerRecord<>("attempts", 0, 0, ENDPOINT.toString().getBytes(StandardCharsets.UTF_8), value);
    }

    static List<ConsumerRecord<byte[], byte[]>> inTopic(AttemptRecord... attempts) {
        var codec = new AttemptRecord.Codec();
        return Arrays.stream(attempts).map(attempt -> inTopic(codec.encode(attempt))).toList();
    }

    /** Sessions with a time zone far from UTC: days must be those of UTC all the same. */
    static HikariDataSource source(String url) {
        var source = new HikariDataSource();
        source.setJdbcUrl(url);
        source.setMaximumPoolSize(4);
        source.setConnectionTimeout(1000);
        source.setConnectionInitSql("set time zone 'Pacific/Auckland'");
        return source;
    }

    static Instant now(DataSource source) {
        return new JdbcTemplate(source).queryForObject("select now()",
                OffsetDateTime.class).toInstant();
    }
}

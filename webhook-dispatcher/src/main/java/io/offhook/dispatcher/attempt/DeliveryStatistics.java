package io.offhook.dispatcher.attempt;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.offhook.db.DayPartitions;
import io.offhook.db.LatencyBuckets;
import io.offhook.db.StatisticsStep;
import io.offhook.sender.Outcome;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Counts attempts into {@code delivery_stats}: by endpoint, by tenant and all together, by minute and by hour. Whoever calls it does
 * so in the transaction that stores the attempts, with those that are new there, so that each is counted once.
 */
final class DeliveryStatistics {

    private static final UUID ALL_ENDPOINTS = new UUID(0, 0);
    private static final String ALL_TENANTS = "";
    /** In the order of the primary key: two that count at once wait for each other, and never in a circle. */
    private static final String ADD = """
            insert into delivery_stats (endpoint_id, tenant, step_sec, at, deliveries, failures, latency)
            select more.endpoint_id, more.tenant, more.step_sec, more.at, more.deliveries, more.failures, more.latency::bigint[]
            from unnest(?::uuid[], ?::text[], ?::integer[], ?::timestamptz[], ?::bigint[], ?::bigint[], ?::text[])
                as more (endpoint_id, tenant, step_sec, at, deliveries, failures, latency)
            order by more.endpoint_id, more.tenant, more.step_sec, more.at
            on conflict (endpoint_id, tenant, step_sec, at) do update set
                deliveries = delivery_stats.deliveries + excluded.deliveries,
                failures = delivery_stats.failures + excluded.failures,
                latency = sum_of_buckets(delivery_stats.latency, excluded.latency)""";

    private final JdbcTemplate jdbc;
    private final DayPartitions partitions;

    private record Key(UUID endpoint, String tenant, StatisticsStep step, Instant at) {}

    private static final class Count {
        private long deliveries;
        private long failures;
        private final LatencyBuckets latency = new LatencyBuckets();

        void add(AttemptRecord attempt) {
            if (Outcome.DELIVERED.wireName().equals(attempt.outcome())) {
                deliveries++;
                latency.add(attempt.durationMs());
            } else {
                failures++;
            }
        }

        String buckets() {
            return Arrays.stream(latency.toArray()).map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
        }
    }

    DeliveryStatistics(JdbcTemplate jdbc, PlatformTransactionManager transactions, Duration retention, int ahead) {
        this.jdbc = jdbc;
        this.partitions = new DayPartitions(jdbc, transactions, "delivery_stats", retention, ahead);
    }

    DayPartitions partitions() {
        return partitions;
    }

    /** Makes the partitions of these days; to be called before the transaction. @return the days that are counted */
    Set<LocalDate> ensure(Collection<LocalDate> days) {
        return partitions.ensure(days);
    }

    void count(Collection<AttemptRecord> attempts) {
        Map<Key, Count> counts = new LinkedHashMap<>();
        for (AttemptRecord attempt : attempts) {
            String tenant = tenant(attempt);
            for (StatisticsStep step : StatisticsStep.values()) {
                Instant at = step.startOf(attempt.attemptedAt());
                add(counts, new Key(attempt.endpointId(), tenant, step, at), attempt);
                add(counts, new Key(ALL_ENDPOINTS, ALL_TENANTS, step, at), attempt);
                if (!tenant.isEmpty()) {
                    add(counts, new Key(ALL_ENDPOINTS, tenant, step, at), attempt);
                }
            }
        }
        if (!counts.isEmpty()) {
            write(counts);
        }
    }

    /** As PostgreSQL will have it: texts that are equal there must be one key here. */
    private static String tenant(AttemptRecord attempt) {
        return attempt.tenant() == null
                ? ALL_TENANTS
                : new String(attempt.tenant().replace('\0', '\uFFFD').getBytes(StandardCharsets.UTF_8),
                        StandardCharsets.UTF_8);
    }

    private static void add(Map<Key, Count> counts, Key key, AttemptRecord attempt) {
        counts.computeIfAbsent(key, _ -> new Count()).add(attempt);
    }

    private void write(Map<Key, Count> counts) {
        jdbc.update(ADD, texts(counts.keySet(), Key::endpoint), texts(counts.keySet(), Key::tenant),
                texts(counts.keySet(), key -> key.step().seconds()), texts(counts.keySet(), Key::at),
                texts(counts.values(), count -> count.deliveries), texts(counts.values(), count -> count.failures),
                texts(counts.values(), Count::buckets));
    }

    /** PostgreSQL reads the elements as what the statement says they are. */
    private static <T> String[] texts(Collection<T> all, Function<T, Object> column) {
        return all.stream().map(column).map(String::valueOf).toArray(String[]::new);
    }
}

package io.offhook.dispatcher.attempt;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.db.DayPartitions;
import io.offhook.db.PartitionKeeper;
import io.offhook.dispatcher.persist.TopicPersister;
import io.offhook.model.Topics;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;

/** The way of attempts from their topic into {@code delivery_attempts}, and the care of its partitions. */
public final class AttemptHistory implements AutoCloseable {

    /** About a batch of usual records, compressed; while there is less the broker waits {@code batchWait}. */
    private static final int FETCH_MIN_BYTES = 64 * 1024;
    /** Compressed; the default, 50 MiB, would be most of a small heap when receivers answer with full excerpts. */
    private static final int FETCH_MAX_BYTES = 8 * 1024 * 1024;

    private final TopicPersister persister;
    private final PartitionKeeper keeper;

    /**
     * @param clientProperties of a Kafka consumer that is a member of a group
     * @param statisticsRetention how long what is counted is kept
     */
    public AttemptHistory(Topics topics, Map<String, Object> clientProperties, JdbcTemplate jdbc,
            PlatformTransactionManager transactions, AttemptSettings settings, Duration statisticsRetention,
            MeterRegistry meters) {
        var partitions = new DayPartitions(jdbc, transactions, "delivery_attempts", settings.retention(),
                settings.partitionsAhead());
        var statistics = new DeliveryStatistics(jdbc, transactions, statisticsRetention, settings.partitionsAhead());
        this.keeper = new PartitionKeeper(List.of(partitions, statistics.partitions()));
        clientProperties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, settings.batch());
        clientProperties.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, FETCH_MIN_BYTES);
        clientProperties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_MAX_BYTES);
        clientProperties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, (int) settings.batchWait().toMillis());
        this.persister = new TopicPersister("attempt-persister", topics.webhookAttempts(),
                topics.attemptPersisterGroup(), clientProperties,
                new AttemptPersister(new AttemptStore(jdbc, transactions, statistics), partitions, statistics,
                        meters));
    }

    /** Once topic and schema are there. */
    public void start() {
        keeper.start();
        persister.start();
    }

    /** Leaves the group; what is not written yet is read again. */
    @Override
    public void close() {
        keeper.close();
        persister.close();
    }
}

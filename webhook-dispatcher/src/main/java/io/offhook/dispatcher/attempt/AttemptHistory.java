package io.offhook.dispatcher.attempt;

import java.util.Map;

import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.model.Topics;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.util.backoff.FixedBackOff;

/** The way of attempts from their topic into {@code delivery_attempts}, and the care of its partitions. */
public final class AttemptHistory implements AutoCloseable {

    /** While PostgreSQL is away the batch is kept and tried again. */
    private static final long PERSIST_RETRY_MILLIS = 1000;
    /** A batch that is not written by then is read again. */
    private static final long SHUTDOWN_MILLIS = 3000;
    /** About a batch of usual records, compressed; while there is less the broker waits {@code batchWait}. */
    private static final int FETCH_MIN_BYTES = 64 * 1024;
    /** Compressed; the default, 50 MiB, would be most of a small heap when receivers answer with full excerpts. */
    private static final int FETCH_MAX_BYTES = 8 * 1024 * 1024;

    private final ConcurrentMessageListenerContainer<byte[], byte[]> persister;
    private final PartitionKeeper keeper;

    /** @param clientProperties of a Kafka consumer that is a member of a group */
    public AttemptHistory(Topics topics, Map<String, Object> clientProperties, JdbcTemplate jdbc,
            PlatformTransactionManager transactions, AttemptSettings settings, MeterRegistry meters) {
        var partitions = new AttemptPartitions(jdbc, transactions, settings);
        this.keeper = new PartitionKeeper(partitions);
        clientProperties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, settings.batch());
        clientProperties.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, FETCH_MIN_BYTES);
        clientProperties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_MAX_BYTES);
        clientProperties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, (int) settings.batchWait().toMillis());
        var properties = new ContainerProperties(topics.webhookAttempts());
        properties.setGroupId(topics.attemptPersisterGroup());
        properties.setMessageListener(
                new AttemptPersister(new AttemptStore(jdbc, transactions), partitions, meters));
        properties.setShutdownTimeout(SHUTDOWN_MILLIS);
        properties.setAckMode(ContainerProperties.AckMode.BATCH);
        this.persister = new ConcurrentMessageListenerContainer<>(new DefaultKafkaConsumerFactory<>(clientProperties),
                properties);
        persister.setBeanName("attempt-persister");
        persister.setCommonErrorHandler(
                new DefaultErrorHandler(new FixedBackOff(PERSIST_RETRY_MILLIS, Long.MAX_VALUE)));
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
        persister.stop();
    }
}

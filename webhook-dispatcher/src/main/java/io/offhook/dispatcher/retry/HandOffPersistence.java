package io.offhook.dispatcher.retry;

import java.time.Duration;
import java.util.Map;

import io.offhook.dispatcher.persist.IndexScans;
import io.offhook.dispatcher.persist.TopicPersister;
import io.offhook.model.Topics;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

/** The way of hand-offs from the retry topic into rows. */
public final class HandOffPersistence implements AutoCloseable {

    private static final String MAX_BATCH = "500";
    /** Half a batch of usual records; while there is less the broker waits {@link #GATHER} for more to come. */
    private static final int FETCH_MIN_BYTES = 256 * 1024;
    /** Four transactions a second where each hand-off had one of its own: claims look for new rows no more often. */
    private static final Duration GATHER = Duration.ofMillis(250);

    private final TopicPersister persister;

    /** @param clientProperties of a Kafka consumer that is a member of a group */
    public HandOffPersistence(Topics topics, Map<String, Object> clientProperties, JdbcTemplate jdbc,
            PlatformTransactionManager transactions, RetrySettings settings, RetryMetrics metrics) {
        var indexScans = new IndexScans(JdbcClient.create(jdbc), transactions);
        clientProperties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_BATCH);
        clientProperties.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, FETCH_MIN_BYTES);
        clientProperties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, (int) GATHER.toMillis());
        this.persister = new TopicPersister("retry-persister", topics.webhookRetries(), topics.retryPersisterGroup(),
                clientProperties, new RetryPersister(new RetryStore(jdbc, indexScans, settings), indexScans, metrics));
    }

    /** Once topic and schema are there. */
    public void start() {
        persister.start();
    }

    /** Leaves the group; what is not written yet is read again. */
    @Override
    public void close() {
        persister.close();
    }
}

package io.offhook.dispatcher.retry;

import java.util.Map;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.dispatcher.endpoint.EndpointRegistry;
import io.offhook.dispatcher.lane.Lanes;
import io.offhook.model.Topics;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.util.backoff.FixedBackOff;

/** The way of what could not be delivered live: retry topic, rows, and back into the lanes when due. */
public final class RetryEngine implements AutoCloseable {

    /** While PostgreSQL is away the batch is kept and tried again. */
    private static final long PERSIST_RETRY_MILLIS = 1000;
    /** A batch that is not written by then is read again. */
    private static final long SHUTDOWN_MILLIS = 3000;
    private static final String MAX_BATCH = "500";

    private final ConcurrentMessageListenerContainer<byte[], byte[]> persister;
    private final RowSettler settler;
    private final Claimer claimer;
    private final Sweeper sweeper;

    /** @param clientProperties of a Kafka consumer that is a member of a group */
    public RetryEngine(Topics topics, Map<String, Object> clientProperties, JdbcTemplate jdbc,
            PlatformTransactionManager transactions,
            EndpointRegistry registry, Lanes lanes, RetrySettings settings, MeterRegistry meters) {
        var indexScans = new IndexScans(jdbc, transactions);
        var store = new RetryStore(jdbc, indexScans, settings);
        var metrics = new RetryMetrics(meters);
        this.settler = new RowSettler(new SettleStore(jdbc, indexScans, settings));
        this.claimer = new Claimer(store, settler, registry, lanes, settings, metrics);
        this.sweeper = new Sweeper(new SweepStore(jdbc, indexScans, settings), settings, metrics);
        this.persister = persister(topics, clientProperties, new RetryPersister(store, indexScans, metrics));
        Gauge.builder("offhook.dispatcher.rows.under.way", settler, RowSettler::underWay)
                .description("rows that are claimed and whose end is not written yet").register(meters);
    }

    private static ConcurrentMessageListenerContainer<byte[], byte[]> persister(Topics topics,
            Map<String, Object> clientProperties,
            RetryPersister listener) {
        clientProperties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_BATCH);
        var properties = new ContainerProperties(topics.webhookRetries());
        properties.setGroupId(topics.retryPersisterGroup());
        properties.setMessageListener(listener);
        properties.setShutdownTimeout(SHUTDOWN_MILLIS);
        properties.setAckMode(ContainerProperties.AckMode.BATCH);
        var container = new ConcurrentMessageListenerContainer<byte[], byte[]>(
                new DefaultKafkaConsumerFactory<>(clientProperties),
                properties);
        container.setBeanName("retry-persister");
        container
                .setCommonErrorHandler(new DefaultErrorHandler(new FixedBackOff(PERSIST_RETRY_MILLIS, Long.MAX_VALUE)));
        return container;
    }

    public void start() {
        persister.start();
        claimer.start();
        sweeper.start();
    }

    /** Claims nothing more. */
    public void stopClaiming() {
        claimer.close();
        sweeper.close();
    }

    /** Writes what has ended and leaves the group. */
    @Override
    public void close() {
        stopClaiming();
        settler.close();
        persister.stop();
    }
}

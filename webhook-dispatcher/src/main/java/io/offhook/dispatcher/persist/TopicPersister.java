package io.offhook.dispatcher.persist;

import java.util.Map;

import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.util.backoff.FixedBackOff;

/** A member of a group that writes batches of a topic into PostgreSQL: a batch is committed once it is written. */
public final class TopicPersister implements AutoCloseable {

    /** While PostgreSQL is away the batch is kept and tried again. */
    private static final long AGAIN_MILLIS = 1000;
    /** A batch that is not written by then is read again. */
    private static final long SHUTDOWN_MILLIS = 3000;

    private final ConcurrentMessageListenerContainer<byte[], byte[]> container;

    /**
     * @param name of its thread
     * @param clientProperties of a Kafka consumer that is a member of a group
     */
    public TopicPersister(String name, String topic, String group, Map<String, Object> clientProperties,
            BatchMessageListener<byte[], byte[]> listener) {
        var properties = new ContainerProperties(topic);
        properties.setGroupId(group);
        properties.setMessageListener(listener);
        properties.setShutdownTimeout(SHUTDOWN_MILLIS);
        properties.setAckMode(ContainerProperties.AckMode.BATCH);
        this.container = new ConcurrentMessageListenerContainer<>(new DefaultKafkaConsumerFactory<>(clientProperties),
                properties);
        container.setBeanName(name);
        container.setCommonErrorHandler(new DefaultErrorHandler(new FixedBackOff(AGAIN_MILLIS, Long.MAX_VALUE)));
    }

    /** Once topic and schema are there. */
    public void start() {
        container.start();
    }

    /** Leaves the group; what is not written yet is read again. */
    @Override
    public void close() {
        container.stop();
    }
}

package io.offhook.runtime;

import java.util.HashMap;
import java.util.Map;

import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What a Kafka producer has to be set to so that what it was given arrives, in order, however long the broker is away. */
public final class DurableProducer {

    private DurableProducer() {}

    /**
     * Settings of a producer of bytes that never gives up: the caller bounds what it hands over, and may set anything else.
     *
     * <p>One request is under way at a time. With more, a new leader that refuses the first batch of a partition and takes the second
     * knows no sequence number below that one: it refuses the first for good, and the client repeats it without end (decision 022).
     *
     * <p>Nothing is compressed unless the connection's properties say so: a batch that is sent within milliseconds holds a record or two
     * (decision 024).
     *
     * @param connection properties of the Kafka client; not changed
     * @return a new map
     */
    public static Map<String, Object> settings(Map<String, Object> connection) {
        var settings = new HashMap<>(connection);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        settings.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.MAX_VALUE);
        settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        return settings;
    }
}

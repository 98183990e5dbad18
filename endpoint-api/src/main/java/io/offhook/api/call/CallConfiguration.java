package io.offhook.api.call;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.db.DayPartitions;
import io.offhook.db.PartitionKeeper;
import io.offhook.db.SchemaMigration;
import io.offhook.runtime.GroupSessions;
import io.offhook.runtime.StatisticsSettings;
import io.offhook.runtime.TopicProvisioner;
import io.offhook.runtime.TopicSettings;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;

/** Puts the projector together. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({CallSettings.class, StatisticsSettings.class})
class CallConfiguration {

    /** How soon another process goes on with the partitions of one that is killed. */
    private static final Duration TAKEOVER = Duration.ofSeconds(10);
    /** About a batch of usual records; while there is less the broker waits {@code batchWait}. */
    private static final int FETCH_MIN_BYTES = 256 * 1024;
    private static final int FETCH_MAX_BYTES = 8 * 1024 * 1024;

    /** Tables by day that this process keeps. */
    record CallTables(DayPartitions calls, List<DayPartitions> statistics) {

        PartitionKeeper keeper() {
            return new PartitionKeeper(List.of(calls, statistics.getFirst(), statistics.getLast()));
        }
    }

    @Bean
    CallTables callTables(JdbcTemplate jdbc, PlatformTransactionManager transactions, CallSettings settings,
            StatisticsSettings statistics) {
        Duration kept = statistics.retention();
        int ahead = settings.partitionsAhead();
        return new CallTables(new DayPartitions(jdbc, transactions, "calls", settings.retention(), ahead),
                List.of(new DayPartitions(jdbc, transactions, "call_stats", kept, ahead),
                        new DayPartitions(jdbc, transactions, "call_cause_stats", kept, ahead)));
    }

    @Bean
    ProjectorBooks projectorBooks(JdbcTemplate jdbc) {
        return new ProjectorBooks(jdbc);
    }

    @Bean
    CallProjector callProjector(JdbcTemplate jdbc, PlatformTransactionManager transactions, CallTables tables,
            ProjectorBooks books, TopicSettings topics, KafkaProperties kafka, CallSettings settings,
            MeterRegistry meters) {
        var metrics = new ProjectorMetrics(meters);
        var projection = new CallProjection(jdbc, transactions, tables.calls(), tables.statistics(),
                topics.retention(), metrics);
        Map<String, Object> properties = kafka.buildConsumerProperties();
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, topics.topics().callProjectorGroup());
        properties.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, GroupProtocol.CONSUMER.name());
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, settings.batch());
        properties.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, FETCH_MIN_BYTES);
        properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_MAX_BYTES);
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, (int) settings.batchWait().toMillis());
        properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return new CallProjector(topics.topics().callEvents(), () -> new KafkaConsumer<>(properties), projection,
                books, metrics);
    }

    @Bean
    CallProjectorLifecycle callProjectorLifecycle(TopicProvisioner topics, SchemaMigration schema, CallTables tables,
            CallProjector projector, TopicSettings names, KafkaProperties kafka, CallSettings settings) {
        var sessions = new GroupSessions(kafka.buildAdminProperties(), List.of(names.topics().callProjectorGroup()),
                TAKEOVER);
        return new CallProjectorLifecycle(topics, schema, tables.keeper(), sessions, projector, settings.project());
    }
}

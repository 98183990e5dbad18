package io.offhook.dispatcher;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.db.SchemaMigration;
import io.offhook.dispatcher.attempt.AttemptHistory;
import io.offhook.dispatcher.attempt.AttemptLog;
import io.offhook.dispatcher.attempt.AttemptRecorder;
import io.offhook.dispatcher.endpoint.EndpointRegistry;
import io.offhook.dispatcher.lane.Lanes;
import io.offhook.dispatcher.live.LiveLoop;
import io.offhook.dispatcher.replay.ReplayEngine;
import io.offhook.dispatcher.retry.HandOffPersistence;
import io.offhook.dispatcher.retry.HandOffs;
import io.offhook.dispatcher.retry.LaneStates;
import io.offhook.dispatcher.retry.RetryEngine;
import io.offhook.dispatcher.retry.RetryMetrics;
import io.offhook.dispatcher.retry.RetryTail;
import io.offhook.model.Topics;
import io.offhook.runtime.DnsSettings;
import io.offhook.runtime.GroupSessions;
import io.offhook.runtime.InvalidSettingException;
import io.offhook.runtime.StatisticsSettings;
import io.offhook.runtime.TopicProvisioner;
import io.offhook.runtime.TopicSettings;
import io.offhook.sender.AddressResolver;
import io.offhook.sender.EgressGuard;
import io.offhook.sender.HostLookup;
import io.offhook.sender.ResolverSettings;
import io.offhook.sender.WebhookSender;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({DispatcherSettings.class, RetryProperties.class, AttemptProperties.class,
        ReplayProperties.class, StatisticsSettings.class, DnsSettings.class})
class DispatcherConfiguration {

    private static final int MAX_POLL_RECORDS = 500;
    /**
     * Less than half of a region of the collector with a heap of 512 MiB: what is larger it gives back only by marking all of the heap,
     * which it then did three times a second. The client's own 1 MiB a partition, 50 in all, would be a tenth of the heap at once.
     */
    private static final int FETCH_BYTES = 448 * 1024;
    private static final int PARTITION_FETCH_BYTES = 128 * 1024;

    @Bean
    SchemaMigration schemaMigration() {
        return new SchemaMigration();
    }

    @Bean
    FlywayMigrationStrategy flywayMigrationStrategy(SchemaMigration schema) {
        return schema::start;
    }

    @Bean
    EndpointRegistry endpointRegistry(JdbcClient jdbc, PlatformTransactionManager transactions,
            DispatcherSettings settings) {
        return new EndpointRegistry(jdbc, transactions, settings.registryInterval());
    }

    /** Part of readiness: without endpoints, or with old ones, a dispatcher can do less than it should. */
    @Bean
    HealthIndicator endpointRegistryHealthIndicator(EndpointRegistry registry, Dispatcher.Parts parts) {
        return () -> registry.isCurrent() || !parts.deliver()
                ? Health.up().build()
                : Health.outOfService().withDetail("reason", "PostgreSQL does not answer").build();
    }

    @Bean
    AddressResolver addressResolver(DnsSettings dns) {
        return new AddressResolver(HostLookup.system(), new ResolverSettings(dns.threads(), dns.timeout(),
                dns.refresh(), dns.failureMemory(), dns.lastGood()));
    }

    @Bean
    WebhookSender webhookSender(@Value("${offhook.egress.allow-cidrs:}") String allowed, AddressResolver resolver,
            Clock clock) {
        // Classes that were not packed into a jar bear no version.
        String version = Optional.ofNullable(getClass().getPackage().getImplementationVersion()).orElse("dev");
        try {
            return new WebhookSender(version, new EgressGuard(allowed, resolver),
                    clock);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("offhook.egress.allow-cidrs", allowed,
                    "comma-separated blocks without bits past the prefix, such as 127.0.0.0/8,fd00::/8");
        }
    }

    @Bean
    SenderMetrics senderMetrics(WebhookSender sender, AddressResolver resolver) {
        return new SenderMetrics(sender, resolver);
    }

    @Bean
    AttemptRecorder attemptRecorder(TopicSettings topics, KafkaProperties kafka, AttemptProperties attempts,
            MeterRegistry meters) {
        return new AttemptRecorder(topics.topics().webhookAttempts(), kafka.buildProducerProperties(),
                attempts.settings(), meters);
    }

    @Bean
    LaneStates laneStates(JdbcClient jdbc, RetryProperties retry, AttemptRecorder recorder) {
        return new LaneStates(jdbc, retry.settings().schedule(), new AttemptLog().andThen(recorder));
    }

    @Bean
    Lanes lanes(EndpointRegistry registry, WebhookSender sender, DispatcherSettings settings, LaneStates states,
            RetryProperties retry, Clock clock, MeterRegistry meters) {
        var lanes = new Lanes(registry, sender, settings.lanes(), states, retry.settings().schedule(), clock);
        states.onMovesWritten(lanes::onMovesWritten);
        Gauge.builder("offhook.dispatcher.in.flight", lanes, Lanes::inFlight).description("requests under way")
                .register(meters);
        Gauge.builder("offhook.dispatcher.waiting", lanes, Lanes::waiting).description("deliveries that wait in lanes")
                .register(meters);
        Gauge.builder("offhook.dispatcher.breakers.open", lanes, Lanes::openBreakers)
                .description("endpoints known to be failing")
                .register(meters);
        return lanes;
    }

    @Bean
    @ConditionalOnRole({DispatcherRole.LIVE, DispatcherRole.RETRY})
    HandOffs handOffs(TopicSettings topics, KafkaProperties kafka, MeterRegistry meters) {
        return new HandOffs(topics.topics().webhookRetries(), kafka.buildProducerProperties(), meters);
    }

    @Bean
    @ConditionalOnRole(DispatcherRole.LIVE)
    RetryTail retryTail(TopicSettings topics, KafkaProperties kafka) {
        return new RetryTail(topics.topics().webhookRetries(), kafka.buildConsumerProperties());
    }

    @Bean
    @ConditionalOnRole(DispatcherRole.LIVE)
    LiveLoop liveLoop(TopicSettings topics, KafkaProperties kafka, EndpointRegistry registry, Lanes lanes,
            HandOffs handOffs, RetryTail retryTail, DispatcherSettings settings, MeterRegistry meters) {
        var consumer = new KafkaConsumer<byte[], byte[]>(liveConsumer(topics.topics(), kafka));
        return new LiveLoop(topics.topics(), consumer, registry, lanes, handOffs, retryTail, settings.live(), meters);
    }

    private static Map<String, Object> liveConsumer(Topics topics, KafkaProperties kafka) {
        Map<String, Object> properties = groupMember(kafka);
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, topics.dispatcherGroup());
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL_RECORDS);
        properties.putIfAbsent(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        properties.putIfAbsent(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PARTITION_FETCH_BYTES);
        return properties;
    }

    private static Map<String, Object> groupMember(KafkaProperties kafka) {
        Map<String, Object> properties = kafka.buildConsumerProperties();
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, GroupProtocol.CONSUMER.name());
        properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return properties;
    }

    @Bean
    RetryMetrics retryMetrics(MeterRegistry meters) {
        return new RetryMetrics(meters);
    }

    @Bean
    @ConditionalOnRole(DispatcherRole.RETRY)
    RetryEngine retryEngine(JdbcTemplate jdbc, PlatformTransactionManager transactions, EndpointRegistry registry,
            Lanes lanes, RetryProperties retry, RetryMetrics metrics, MeterRegistry meters) {
        return new RetryEngine(jdbc, transactions, registry, lanes, retry.settings(), metrics, meters);
    }

    @Bean
    @ConditionalOnRole(DispatcherRole.RETRY)
    ReplayEngine replayEngine(TopicSettings topics, KafkaProperties kafka, JdbcClient jdbc,
            PlatformTransactionManager transactions, EndpointRegistry registry, Lanes lanes, HandOffs handOffs,
            ReplayProperties replay, MeterRegistry meters) {
        return new ReplayEngine(topics.topics(), kafka.buildConsumerProperties(), jdbc, transactions, registry, lanes,
                handOffs, replay.settings(), meters);
    }

    @Bean
    @ConditionalOnRole(DispatcherRole.PERSIST)
    HandOffPersistence handOffPersistence(TopicSettings topics, KafkaProperties kafka, JdbcTemplate jdbc,
            PlatformTransactionManager transactions, RetryProperties retry, RetryMetrics metrics) {
        return new HandOffPersistence(topics.topics(), groupMember(kafka), jdbc, transactions, retry.settings(),
                metrics);
    }

    @Bean
    @ConditionalOnRole(DispatcherRole.PERSIST)
    AttemptHistory attemptHistory(TopicSettings topics, KafkaProperties kafka, JdbcTemplate jdbc,
            PlatformTransactionManager transactions, AttemptProperties attempts, StatisticsSettings statistics,
            MeterRegistry meters) {
        return new AttemptHistory(topics.topics(), groupMember(kafka), jdbc, transactions, attempts.settings(),
                statistics.retention(), meters);
    }

    @Bean
    GroupSessions groupSessions(TopicSettings topics, KafkaProperties kafka, DispatcherSettings settings) {
        Topics names = topics.topics();
        return new GroupSessions(kafka.buildAdminProperties(),
                List.of(names.dispatcherGroup(), names.retryPersisterGroup(), names.attemptPersisterGroup()),
                settings.sessionTimeout());
    }

    @Bean
    Dispatcher.Parts dispatcherParts(Optional<LiveLoop> live, Optional<RetryEngine> retry,
            Optional<ReplayEngine> replay, Optional<HandOffPersistence> handOffs, Optional<AttemptHistory> history) {
        return new Dispatcher.Parts(live, retry, replay, handOffs, history);
    }

    @Bean
    Dispatcher dispatcher(TopicProvisioner topics, SchemaMigration schema, GroupSessions sessions,
            EndpointRegistry registry, Lanes lanes, Dispatcher.Parts parts, DispatcherSettings settings) {
        return new Dispatcher(topics, schema, sessions, registry, lanes, parts, settings.drain());
    }
}

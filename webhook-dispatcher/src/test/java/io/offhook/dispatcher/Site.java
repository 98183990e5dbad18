package io.offhook.dispatcher;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import io.offhook.model.Topics;
import io.offhook.testkit.kafka.EmbeddedKafka;
import io.offhook.testkit.kafka.TestTopics;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import io.offhook.testkit.receiver.WebhookReceiver;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What a dispatcher works between: topics, a database, a receiver. Names of its own keep it apart from other sites. */
final class Site implements AutoCloseable {

    static final Duration LIMIT = Duration.ofSeconds(120);
    static final int PARTITIONS = 6;

    final EmbeddedKafka kafka;
    final EmbeddedPostgresServer postgres;
    final Registry registry;
    final WebhookReceiver receiver = WebhookReceiver.start();
    private final Topics topics;
    private final Admin admin;
    private final KafkaProducer<byte[], byte[]> producer;

    /** @param name letters and underscores */
    Site(EmbeddedKafka kafka, EmbeddedPostgresServer postgres, String name) {
        this.kafka = kafka;
        this.postgres = postgres;
        this.registry = new Registry(postgres, name);
        this.topics = new Topics(name + ".");
        Map<String, Object> client = Map.of("bootstrap.servers", kafka.bootstrapServers());
        this.admin = Admin.create(client);
        this.producer = new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer());
        TestTopics.make(kafka.bootstrapServers(),
                new NewTopic(topics.callEvents(), Optional.of(PARTITIONS), Optional.empty()));
    }

    Topics topics() {
        return topics;
    }

    RunningDispatcher dispatcher() {
        return dispatcher(Map.of());
    }

    RunningDispatcher dispatcher(Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(Map.of("server.port", "0", "offhook.log.dir", "target/test-logs",
                "spring.kafka.bootstrap-servers", kafka.bootstrapServers(), "spring.datasource.url", registry.url(),
                "offhook.topic.prefix", topics.prefix(), "offhook.egress.allow-cidrs", "127.0.0.0/8",
                "offhook.retry.schedule", "200ms,400ms", "offhook.retry.jitter", "0", "offhook.retry.claim-interval",
                "50ms"));
        settings.putAll(Map.of("offhook.retry.pass-after", "1s", "offhook.dispatcher.drain", "2s",
                "offhook.dispatcher.revoke-drain", "1s", "spring.datasource.hikari.connection-timeout", "1000",
                "spring.flyway.connect-retries-interval", "1s", "offhook.dispatcher.session-timeout", "3s"));
        settings.putAll(more);
        return RunningDispatcher.start(settings);
    }

    /** An endpoint for one tenant, on a path of the receiver. */
    UUID addEndpoint(String path, String tenant) {
        return addEndpoint(path, tenant, Map.of());
    }

    UUID addEndpoint(String path, String tenant, Map<String, String> columns) {
        Map<String, String> all = new HashMap<>(Map.of("tenant", "'" + tenant + "'"));
        all.putAll(columns);
        return registry.addEndpoint(receiver.url(path).toString(), all);
    }

    /** Returns when the topic has them. */
    void publish(Collection<CallEventMessage> messages) {
        publishRecords(
                messages.stream().map(message -> CallEventCodec.toRecord(topics.callEvents(), message)).toList());
    }

    void publish(CallEventMessage... messages) {
        publish(Arrays.asList(messages));
    }

    void publishRecords(List<ProducerRecord<byte[], byte[]>> records) {
        List<? extends Future<?>> sent = records.stream().map(producer::send).toList();
        sent.forEach(Site::got);
    }

    /** All legs, originates first, as they interleave on a busy node. */
    void publishLegs(String prefix, int legs, String tenant) {
        for (CallAction action : CallAction.values()) {
            publish(IntStream.range(0, legs).mapToObj(i -> CallEvents.of(prefix + i, action, tenant,
                    CallDirection.OUTBOUND)).toList());
        }
    }

    /** Waits until hand-offs become rows; the group is not known before its first member. */
    void awaitPersister() {
        await().atMost(LIMIT).ignoreExceptionsMatching(e -> e.getCause() instanceof GroupIdNotFoundException)
                .until(() -> got(admin.describeConsumerGroups(List.of(topics.retryPersisterGroup())).all()
                        .toCompletionStage().toCompletableFuture()).get(topics.retryPersisterGroup()).members().stream()
                        .mapToInt(member -> member.assignment().topicPartitions().size()).sum() == PARTITIONS);
    }

    void awaitBreaker(UUID endpoint, String state) {
        await().atMost(LIMIT).until(() -> registry.breakers(endpoint).contains(state));
    }

    /** Waits until the group's offsets are the ends of the events topic: all is settled and committed. */
    void awaitAllCommitted() {
        await().atMost(LIMIT).untilAsserted(() -> assertThat(committed())
                .isEqualTo(ends()));
    }

    /** Per partition that holds records. */
    private Map<TopicPartition, Long> ends() {
        var all = IntStream.range(0, PARTITIONS).mapToObj(i -> new TopicPartition(topics.callEvents(), i))
                .collect(Collectors.toMap(p -> p, _ -> OffsetSpec.latest()));
        return got(admin.listOffsets(all).all().toCompletionStage().toCompletableFuture()).entrySet().stream()
                .filter(end -> end.getValue().offset() > 0)
                .collect(Collectors.toMap(Map.Entry::getKey, end -> end.getValue().offset()));
    }

    Map<TopicPartition, Long> committed() {
        return got(admin.listConsumerGroupOffsets(topics.dispatcherGroup()).partitionsToOffsetAndMetadata()
                .toCompletionStage().toCompletableFuture()).entrySet().stream()
                .filter(commit -> commit.getValue() != null && commit.getValue().offset() > 0)
                .collect(Collectors.toMap(Map.Entry::getKey, commit -> commit.getValue().offset()));
    }

    private static <T> T got(Future<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
        admin.close(Duration.ZERO);
        receiver.close();
        registry.close();
    }
}

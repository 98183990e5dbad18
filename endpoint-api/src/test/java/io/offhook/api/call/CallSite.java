package io.offhook.api.call;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

import io.offhook.api.RunningApi;
import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import io.offhook.model.Topics;
import io.offhook.testkit.kafka.EmbeddedKafka;
import io.offhook.testkit.kafka.TestTopics;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import static org.awaitility.Awaitility.await;

/** What a projector works between: an events topic and a database. Names of its own keep it apart from other sites of one broker. */
public final class CallSite implements AutoCloseable {

    public static final Duration LIMIT = Duration.ofSeconds(120);

    private final Topics topics;
    private final String database;
    private final KafkaProducer<byte[], byte[]> producer;

    /** @param name letters and underscores */
    CallSite(String name, String database) {
        this.topics = new Topics(name + ".");
        this.database = database;
        Map<String, Object> client = Map.of("bootstrap.servers", Broker.KAFKA.bootstrapServers());
        this.producer = new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer());
        TestTopics.make(Broker.KAFKA.bootstrapServers(),
                new NewTopic(topics.callEvents(), Optional.of(3), Optional.empty()));
    }

    /** One on a database of its own of the shared server. */
    static CallSite on(String name) {
        return new CallSite(name, RunningApi.shared().postgres().createDatabase(name));
    }

    /** Its settings as an API needs them. */
    Map<String, Object> settings() {
        return new HashMap<>(Map.of("spring.kafka.bootstrap-servers", Broker.KAFKA.bootstrapServers(),
                "offhook.topic.prefix", topics.prefix(), "spring.datasource.url", database, "offhook.calls.batch-wait",
                "50ms"));
    }

    RunningApi api() {
        return RunningApi.start(database, settings());
    }

    /** Returns when the topic has them. */
    public void publish(Collection<CallEventMessage> messages) {
        List<? extends Future<?>> sent = messages.stream()
                .map(message -> producer.send(CallEventCodec.toRecord(topics.callEvents(), message))).toList();
        sent.forEach(CallSite::got);
    }

    /** What the broker has for the projector's group. */
    String groupSetting(String name) {
        var group = new ConfigResource(ConfigResource.Type.GROUP, topics.callProjectorGroup());
        try (var admin = Admin.create(Map.of("bootstrap.servers", Broker.KAFKA.bootstrapServers()))) {
            return got(admin.describeConfigs(List.of(group)).all().toCompletionStage().toCompletableFuture()).get(group)
                    .get(name).value();
        }
    }

    /** Waits until the table has as many legs that have ended. */
    void awaitEnded(RunningApi api, long legs) {
        await().atMost(LIMIT).until(
                () -> api.jdbc().sql("select count(*) from calls where call_end is not null").query(Long.class)
                        .single() == legs);
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
    }

    /** Started by the first site, ended with the JVM. */
    private static final class Broker {
        private static final EmbeddedKafka KAFKA = start();

        private static EmbeddedKafka start() {
            EmbeddedKafka kafka = EmbeddedKafka.temporary().start();
            Runtime.getRuntime().addShutdownHook(new Thread(kafka::close));
            return kafka;
        }
    }

    /** An API with a projector for tests that keep apart by tenant; closed with the JVM. */
    public record Shared(CallSite site, RunningApi api) {

        public static Shared get() {
            return Holder.SHARED;
        }

        private static final class Holder {
            private static final Shared SHARED = start();

            private static Shared start() {
                CallSite site = CallSite.on("calls_shared");
                var shared = new Shared(site, site.api());
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    shared.api().close();
                    site.close();
                }));
                return shared;
            }
        }
    }
}

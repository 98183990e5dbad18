package io.offhook.dispatcher.live;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.cumulative.CumulativeCounter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.offhook.dispatcher.CallEvents;
import io.offhook.dispatcher.Registry;
import io.offhook.dispatcher.SharedServers;
import io.offhook.dispatcher.attempt.AttemptLog;
import io.offhook.dispatcher.endpoint.EndpointRegistry;
import io.offhook.dispatcher.lane.LaneSettings;
import io.offhook.dispatcher.lane.Lanes;
import io.offhook.dispatcher.retry.HandOffs;
import io.offhook.dispatcher.retry.LaneStates;
import io.offhook.dispatcher.retry.RetrySchedule;
import io.offhook.dispatcher.retry.RetryTail;
import io.offhook.model.CallAction;
import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import io.offhook.model.Topics;
import io.offhook.sender.AddressResolver;
import io.offhook.sender.EgressGuard;
import io.offhook.sender.HostLookup;
import io.offhook.sender.WebhookSender;
import io.offhook.testkit.kafka.EmbeddedKafka;
import io.offhook.testkit.kafka.TestTopics;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import io.offhook.testkit.receiver.Answer;
import io.offhook.testkit.receiver.Received;
import io.offhook.testkit.receiver.WebhookReceiver;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The loop among real parts, with a consumer that fails where a broker can fail it. */
@ExtendWith(SharedServers.class)
class LiveLoopTest {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final int PARTITIONS = 3;

    private SimpleMeterRegistry meters;
    private final AtomicInteger positionsToFail = new AtomicInteger();
    private final AtomicInteger commitsToFail = new AtomicInteger();
    private final AtomicInteger assignmentsToRepeat = new AtomicInteger();
    private final AtomicReference<ConsumerRebalanceListener> rebalances = new AtomicReference<>();
    private final AtomicInteger recordsToFail = new AtomicInteger();
    private final Queue<CallEventMessage> attempted = new ConcurrentLinkedQueue<>();
    private final Map<String, Object> client;
    private final Topics topics = new Topics("loop-" + UUID.randomUUID() + ".");
    @AutoClose
    private final Registry endpoints;
    @AutoClose
    private final WebhookReceiver receiver = WebhookReceiver.start();
    @AutoClose
    private final Admin admin;
    @AutoClose
    private final KafkaProducer<byte[], byte[]> producer;

    LiveLoopTest(EmbeddedKafka kafka, EmbeddedPostgresServer postgres) throws Exception {
        client = Map.of("bootstrap.servers", kafka.bootstrapServers());
        endpoints = new Registry(postgres, "loop_" + Long.toHexString(System.nanoTime()));
        admin = Admin.create(client);
        producer = new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer());
        TestTopics.make(kafka.bootstrapServers(), new NewTopic(topics.callEvents(), PARTITIONS, (short) 1),
                new NewTopic(topics.webhookRetries(), PARTITIONS, (short) 1));
        endpoints.addEndpoint(receiver.url("/ok").toString());
    }

    @Test
    void aPartitionWhosePositionWasNotKnownAtFirstIsReadAllTheSame() throws Exception {
        positionsToFail.set(2);
        running(() -> {
            publish("a", "b", "c", "d", "e", "f");
            receiver.ledger().awaitAccepted(18, LIMIT);
        });
        assertThat(positionsToFail).hasValueLessThanOrEqualTo(0);
    }

    @Test
    void aCommitThatFailedIsMadeAgainWithoutNewRecords() throws Exception {
        commitsToFail.set(3);
        running(() -> {
            publish("a");
            receiver.ledger().awaitAccepted(3, LIMIT);
            await().atMost(LIMIT).until(() -> committed() == 3);
        });
        assertThat(commitsToFail).hasValueLessThanOrEqualTo(0);
    }

    @Test
    void aRecordThatCannotBeTakenIsNotSettledAndDoesNotTakeTheRestOfItsBatchWithIt() throws Exception {
        publish("a", "b", "c", "d");
        recordsToFail.set(1);
        running(() -> receiver.ledger().awaitAccepted(11, LIMIT));
        assertThat(committed()).as("the record is read again").isLessThan(12);
    }

    @Test
    void anIdThatTheFormerOwnerHasSeenIsNotDeliveredAgain() throws Exception {
        publish("a", "b", "c");
        running(() -> {
            receiver.ledger().awaitAccepted(9, LIMIT);
            await().atMost(LIMIT).until(() -> committed() == 9);
        });
        publish("a", "b", "c");
        publish("d");
        running(() -> {
            receiver.ledger().awaitAccepted(12, LIMIT);
            await().atMost(LIMIT).until(() -> committed() == 21);
        });
        assertThat(receiver.ledger().duplicates()).isEmpty();
    }

    @Test
    void anAssignmentThatIsToldTwiceIsNotReadBackAsNew() throws Exception {
        publish("a", "b", "c");
        running(() -> {
            receiver.ledger().awaitAccepted(9, LIMIT);
            await().atMost(LIMIT).until(() -> committed() == 9);
        });
        assignmentsToRepeat.set(1);
        running(() -> {
            await().atMost(LIMIT).until(() -> assignmentsToRepeat.get() == 0);
            publish("d");
            receiver.ledger().awaitAccepted(12, LIMIT);
            await().atMost(LIMIT).until(() -> committed() == 12);
        });
        assertThat(receiver.ledger().duplicates()).isEmpty();
    }

    @Test
    void whatTheFormerOwnerHasSettledBehindAnUnsettledRecordIsNotDeliveredAgain() throws Exception {
        endpoints.addEndpoint(receiver.url("/ok/second").toString());
        publish("a");
        recordsToFail.set(1);
        running(() -> {
            receiver.ledger().awaitAccepted(4, LIMIT);
            publish("b", "c", "d");
            receiver.ledger().awaitAccepted(4 + 18, LIMIT);
        });
        long before = receiver.ledger().acceptedCount();
        running(() -> {
            receiver.ledger().awaitAccepted(24, LIMIT);
            await().atMost(LIMIT).until(() -> committed() == 12);
        });
        assertThat(before).isEqualTo(22);
        assertThat(receiver.ledger().duplicates()).isEmpty();
    }

    @Test
    void aHangupDoesNotPassAnOriginateOfTheFormerOwnerThoughTheAnswerWentToOthers() throws Exception {
        endpoints.addEndpoint(receiver.url("/e").toString(), Map.of("events", "'{originate,hangup}'"));
        receiver.on("/e", _ -> Answer.status(500));
        publish(CallEvents.of("a", CallAction.ORIGINATE));
        running(() -> {
            receiver.ledger().awaitAccepted(1, LIMIT);
            await().atMost(LIMIT).until(() -> committed() == 1);
        });
        receiver.on("/e", _ -> Answer.ok());
        publish(CallEvents.of("a", CallAction.ANSWER), CallEvents.of("a", CallAction.HANGUP));
        running(() -> {
            receiver.ledger().awaitAccepted(3, LIMIT);
            await().atMost(LIMIT).until(() -> committed() == 3);
        });
        assertThat(receiver.ledger().byPath("/e")).extracting(Received::webhookId).containsExactly("a_originate");
    }

    @Test
    void aHangupDoesNotPassAnAnswerOfTheFormerOwnerThoughTheOriginateIsReadAgain() throws Exception {
        endpoints.addEndpoint(receiver.url("/e").toString());
        receiver.on("/e", _ -> Answer.status(500));
        recordsToFail.set(1);
        publish(CallEvents.of("a", CallAction.ORIGINATE), CallEvents.of("a", CallAction.ANSWER));
        running(() -> receiver.ledger().awaitAccepted(1, LIMIT));
        receiver.on("/e", _ -> Answer.ok());
        publish(CallEvents.of("a", CallAction.HANGUP));
        running(() -> {
            receiver.ledger().awaitAccepted(3 + 1, LIMIT);
            await().atMost(LIMIT).until(() -> committed() == 3);
        });
        assertThat(receiver.ledger().byPath("/e")).extracting(Received::webhookId).containsExactly("a_answer",
                "a_originate");
    }

    @Test
    void aHangupGoesWhereTheOriginateWentThoughTheFormerOwnerSettledAnAnswerThatIsNotForIt() throws Exception {
        endpoints.addEndpoint(receiver.url("/e").toString(), Map.of("events", "'{originate,hangup}'"));
        receiver.on("/e", _ -> Answer.status(500));
        recordsToFail.set(1);
        publish(CallEvents.of("a", CallAction.ORIGINATE), CallEvents.of("a", CallAction.ANSWER),
                CallEvents.of(inThePartitionOf("a"), CallAction.ORIGINATE));
        running(() -> receiver.ledger().awaitAccepted(2, LIMIT));
        receiver.on("/e", _ -> Answer.ok());
        publish(CallEvents.of("a", CallAction.HANGUP));
        running(() -> {
            receiver.ledger().awaitAccepted(2 + 4, LIMIT);
            await().atMost(LIMIT).until(() -> committed() == 4);
        });
        assertThat(receiver.ledger().firstAcceptedByLeg("/e").get("a")).extracting(Received::webhookId)
                .containsExactly("a_originate", "a_hangup");
    }

    @Test
    void anEventOfManyEndpointsIsOneRecordForThemAll() throws Exception {
        for (int i = 0; i < 50; i++) {
            endpoints.addEndpoint(receiver.url("/ok/" + i).toString());
        }
        publish(CallEvents.of("a", CallAction.ORIGINATE));
        running(() -> receiver.ledger().awaitAccepted(51, LIMIT));
        assertThat(attempted).hasSize(51).allSatisfy(message -> assertThat(message).isSameAs(attempted.peek()));
    }

    @Test
    void eventsThatTheTopicDroppedBeforeTheyWereDeliveredAreAnAlarm() throws Exception {
        publish("a");
        running(() -> {
            receiver.ledger().awaitAccepted(3, LIMIT);
            await().atMost(LIMIT).until(() -> committed() == 3);
        });
        assertThat(meters.get("offhook.dispatcher.events.expired").counter().count()).isZero();
        publish("b");
        Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
        admin.describeTopics(List.of(topics.callEvents())).allTopicNames().get().get(topics.callEvents()).partitions()
                .forEach(partition -> all.put(new TopicPartition(topics.callEvents(), partition.partition()),
                        RecordsToDelete.beforeOffset(-1)));
        admin.deleteRecords(all).all().get();
        publish("c");
        running(() -> receiver.ledger().awaitAccepted(6, LIMIT));
        assertThat(meters.get("offhook.dispatcher.events.expired").counter().count()).isEqualTo(3);
    }

    private interface Check {
        void run() throws Exception;
    }

    private void running(Check check) throws Exception {
        meters = new SimpleMeterRegistry() {
            @Override
            protected Counter newCounter(Meter.Id id) {
                return !id.getName().equals("offhook.dispatcher.events")
                        ? super.newCounter(id)
                        : new CumulativeCounter(id) {
                            @Override
                            public void increment(double amount) {
                                if (recordsToFail.getAndDecrement() > 0) {
                                    throw new IllegalStateException("a meter that fails");
                                }
                                super.increment(amount);
                            }
                        };
            }
        };
        var resolver = new AddressResolver(HostLookup.system());
        var schedule = new RetrySchedule(List.of(Duration.ofSeconds(1)), 0);
        var states = new LaneStates(endpoints.jdbc(), schedule,
                new AttemptLog().andThen((message, _, _, _, _) -> attempted.add(message)));
        try (states;
                var registry = new EndpointRegistry(endpoints.jdbc(), endpoints.transactions(), Duration.ofSeconds(1));
                var sender = new WebhookSender("test", new EgressGuard("127.0.0.0/8", resolver), Clock.systemUTC());
                var lanes = new Lanes(registry, sender, new LaneSettings(256, Duration.ofSeconds(30), 100, 1000, 5),
                        states, schedule,
                        Clock.systemUTC());
                var handOffs = new HandOffs(topics.webhookRetries(), new HashMap<>(client), meters);
                var retryTail = new RetryTail(topics.webhookRetries(), client)) {
            var loop = new LiveLoop(topics, consumer(), registry, lanes, handOffs, retryTail,
                    new LiveSettings(1000, 100_000, 5_000,
                            Duration.ofMinutes(1), Duration.ofSeconds(30), Duration.ofMillis(50),
                            Duration.ofSeconds(1)),
                    meters);
            registry.start();
            loop.start();
            try {
                check.run();
                // What the receiver has accepted is settled once its response is here.
                await().atMost(LIMIT).until(() -> loop.unsettled() == 0);
            } finally {
                loop.finish();
            }
        }
    }

    @SuppressWarnings("unchecked")
    private Consumer<byte[], byte[]> consumer() {
        Map<String, Object> properties = new HashMap<>(client);
        properties.putAll(Map.of("group.id", topics.dispatcherGroup(), "auto.offset.reset", "earliest",
                "enable.auto.commit", "false", "group.protocol", "consumer"));
        var real = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        return (Consumer<byte[], byte[]>) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[]{Consumer.class}, (_, method, arguments) -> {
                    if (method.getName().equals("position") && positionsToFail.getAndDecrement() > 0) {
                        throw new TimeoutException("no broker answers");
                    }
                    if (method.getName().equals("subscribe")) {
                        rebalances.set((ConsumerRebalanceListener) arguments[1]);
                    }
                    if (method.getName().equals("poll") && !real.assignment().isEmpty()
                            && assignmentsToRepeat.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                        rebalances.get().onPartitionsAssigned(real.assignment());
                    }
                    if (method.getName().equals("commitAsync") && commitsToFail.getAndDecrement() > 0) {
                        ((OffsetCommitCallback) arguments[1]).onComplete(Map.of(),
                                new RetriableCommitFailedException("no coordinator"));
                        return null;
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void publish(String... uuids) throws Exception {
        for (String uuid : uuids) {
            publish(CallEvents.leg(uuid).toArray(CallEventMessage[]::new));
        }
    }

    private void publish(CallEventMessage... messages) throws Exception {
        for (CallEventMessage message : messages) {
            producer.send(CallEventCodec.toRecord(topics.callEvents(), message)).get(20, TimeUnit.SECONDS);
        }
    }

    /** Another leg whose records go where those of this one go. */
    private static String inThePartitionOf(String uuid) {
        return IntStream.range(0, 1000).mapToObj(n -> "leg-" + n)
                .filter(other -> partition(other) == partition(uuid)).findFirst().orElseThrow();
    }

    private static int partition(String uuid) {
        return BuiltInPartitioner.partitionForKey(uuid.getBytes(StandardCharsets.US_ASCII), PARTITIONS);
    }

    /** Records that the group's offsets cover. */
    private long committed() throws Exception {
        Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(topics.dispatcherGroup())
                .partitionsToOffsetAndMetadata().get();
        return offsets.values().stream()
                .mapToLong(OffsetAndMetadata::offset).sum();
    }
}

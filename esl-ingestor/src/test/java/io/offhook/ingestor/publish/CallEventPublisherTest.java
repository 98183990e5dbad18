package io.offhook.ingestor.publish;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import io.offhook.model.CallAction;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;
import io.offhook.testkit.kafka.EmbeddedKafka;
import io.offhook.testkit.process.JavaCommand;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The publisher, its spool and a real broker that goes and comes back. */
class CallEventPublisherTest {

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @TempDir
    private Path spool;

    private final Collection<CallEvent> acknowledged = new ConcurrentLinkedQueue<>();
    private EmbeddedKafka kafka;
    private Topic topic;

    @BeforeEach
    void startKafka() throws Exception {
        kafka = EmbeddedKafka.temporary().start();
        topic = new Topic(kafka.bootstrapServers(), 3);
    }

    @AfterEach
    void stopKafka() {
        kafka.close();
    }

    @Test
    void goesStraightToTheTopicWhileKafkaIsThere() throws Exception {
        try (var publisher = publisher(Events.settings(spool))) {
            for (int i = 0; i < 300; i++) {
                Events.leg("u" + i).forEach(event -> publish(publisher, event));
            }
            publisher.settled().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(publisher.settled()).isDone();
            await().atMost(PATIENCE).until(() -> publisher.unacknowledged() == 0 && publisher.spooledEvents() == 0);
            assertThat(publisher.oldestUnacknowledged()).isZero();
        }
        assertFirstOccurrencesInOrder(300);
        assertThat(acknowledged).hasSize(900);
        assertThat(spool).isEmptyDirectory();
    }

    @Test
    void keepsTheOrderOfEveryLegThroughAnOutageInTheMiddleAndNeverWaits() throws Exception {
        try (var publisher = publisher(Events.settings(spool, 1L << 26))) {
            publishStage(publisher, 0, 500, 0);
            kafka.stop();
            publishStage(publisher, 500, 1_000, 0);
            // More than memory takes; nothing here is waiting for a broker that is not there.
            publishStage(publisher, 0, 1_000, 1);
            CompletableFuture<Void> settled = publisher.settled();
            settled.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(publisher.unacknowledged()).isLessThanOrEqualTo(1_000);
            assertThat(publisher.spooledEvents()).isPositive();
            assertThat(publisher.spoolBytes()).isPositive();
            assertThat(publisher.hasRoom()).isTrue();
            kafka.start();
            publishStage(publisher, 0, 500, 2);
            await().atMost(PATIENCE).until(() -> publisher.spooledEvents() < 2_500);
            publishStage(publisher, 500, 1_000, 2);
            awaitEmpty(publisher);
            // Direct again.
            Events.leg("u1000").forEach(event -> publish(publisher, event));
        }
        assertFirstOccurrencesInOrder(1_001);
        assertThat(acknowledged).hasSize(3_003).doesNotHaveDuplicates();
        assertThat(spool).isEmptyDirectory();
    }

    @Test
    void emptiesTheSpoolWhileEventsKeepComing() throws Exception {
        try (var publisher = publisher(Events.settings(spool, 1L << 26))) {
            kafka.stop();
            publishStage(publisher, 0, 200, 0);
            await().atMost(PATIENCE).until(() -> publisher.spooledEvents() > 0);
            kafka.start();
            int legs = 200;
            // One event after the other, without a pause, until the spool is empty all the same.
            while (publisher.spooledEvents() > 0 || publisher.spoolBytes() > 0) {
                publishStage(publisher, legs, legs + 1, 0);
                legs++;
                assertThat(legs).isLessThan(2_000_000);
                await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(publisher::hasRoom);
            }
            publishStage(publisher, 0, legs, 1);
            publishStage(publisher, 0, legs, 2);
            awaitEmpty(publisher);
            await().atMost(PATIENCE).until(() -> publisher.unacknowledged() == 0);
            assertFirstOccurrencesInOrder(legs);
        }
    }

    @Test
    void whatWasAcknowledgedThoughItWasSpooledStandsInTheTopicOnce() throws Exception {
        try (var publisher = publisher(Events.settings(spool))) {
            kafka.stop();
            // The producer has the first ones already when the spool begins, so they are in both.
            publishStage(publisher, 0, 50, 0);
            await().atMost(PATIENCE).until(() -> publisher.spooledEvents() == 50);
            assertThat(publisher.unacknowledged()).isPositive();
            publishStage(publisher, 0, 50, 1);
            kafka.start();
            awaitEmpty(publisher);
            assertThat(topic.read()).extracting(CallEventMessage::id).doesNotHaveDuplicates().hasSize(100);
        }
        assertThat(acknowledged).hasSize(100).doesNotHaveDuplicates();
    }

    @Test
    void theNextStartPublishesWhatWasLeftAndWhatAnotherHasPublishedMeanwhileOnlyOnce() throws Exception {
        kafka.stop();
        try (var publisher = publisher(Events.settings(spool))) {
            publishStage(publisher, 0, 40, 0);
        }
        try (var publisher = publisher(Events.settings(spool))) {
            assertThat(publisher.spooledEvents()).isEqualTo(40);
            publishStage(publisher, 0, 40, 1);
        }
        assertThat(acknowledged).isEmpty();
        kafka.start();
        topic.append(Events.leg("u7").getFirst());
        try (var publisher = publisher(Events.settings(spool))) {
            publishStage(publisher, 0, 40, 2);
            awaitEmpty(publisher);
        }
        assertThat(topic.read()).extracting(CallEventMessage::id).doesNotHaveDuplicates().hasSize(120);
        assertFirstOccurrencesInOrder(40);
        assertThat(distinct(acknowledged)).as("also what another had published").hasSize(120);
        assertThat(spool).isEmptyDirectory();
    }

    @Test
    void aKilledPublisherHasLostNothingThatItCalledSettled() throws Exception {
        kafka.stop();
        try (var process = JavaCommand.mainClass(PublisherProcess.class)
                .arguments(kafka.bootstrapServers(), topic.name(), spool.toString(), "100").start()) {
            process.waitForLine(Pattern.compile("settled"), PATIENCE);
            process.sigkill();
        }
        kafka.start();
        try (var publisher = publisher(Events.settings(spool))) {
            publishStage(publisher, 0, 100, 1);
            publishStage(publisher, 0, 100, 2);
            awaitEmpty(publisher);
        }
        assertFirstOccurrencesInOrder(100);
    }

    @Test
    void keepsTheOrderWhenKafkaGoesAgainWhileTheSpoolIsReplayed() throws Exception {
        try (var publisher = publisher(Events.settings(spool, 1L << 26))) {
            int begun = 0;
            for (int outage = 0; outage < 3; outage++) {
                kafka.stop();
                publishStage(publisher, begun, begun + 2_000, 0);
                publishStage(publisher, begun, begun + 2_000, 1);
                begun += 2_000;
                kafka.start();
                long spooled = publisher.spooledEvents();
                await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1))
                        .until(() -> publisher.spooledEvents() < spooled);
            }
            publishStage(publisher, 0, begun, 2);
            awaitEmpty(publisher);
            await().atMost(PATIENCE).until(() -> publisher.unacknowledged() == 0);
            assertFirstOccurrencesInOrder(begun);
        }
        assertThat(acknowledged).as("told once of each").hasSize(18_000).doesNotHaveDuplicates();
    }

    @Test
    void anEventThatTheTopicRefusesIsCountedAndHoldsUpNothing() throws Exception {
        var narrow = new Topic(kafka.bootstrapServers(), 1, Map.of("max.message.bytes", "900"));
        try (var publisher = new CallEventPublisher(narrow.name(), narrow.client(), narrow.client(),
                Events.settings(spool), InstantSource.system(), acknowledged::add)) {
            // Too random to become small when it is compressed.
            String text = new Random(1).ints(1_000, 33, 127).collect(StringBuilder::new, StringBuilder::appendCodePoint,
                    StringBuilder::append).toString();
            var large = new CallEvent.Originate(new LegIdentity("large", text, null, null, null), Events.START);
            publish(publisher, large);
            await().atMost(PATIENCE).until(() -> publisher.rejected() == 1);
            CallEvent small = Events.leg("u1").getFirst();
            publish(publisher, small);
            await().atMost(PATIENCE).until(() -> acknowledged.contains(small));
            publisher.settled().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(publisher.rejected()).isEqualTo(1);
            assertThat(acknowledged).containsExactly(small);
        }
    }

    @Test
    void withMemoryAndSpoolFullItSaysSoAndTakesWhatItPromisedAndWaitsWithTheRest() throws Exception {
        try (var publisher = publisher(Events.settings(spool))) {
            kafka.stop();
            int legs = 0;
            while (publisher.hasRoom()) {
                // The largest ones that there are.
                largestLeg(legs++).forEach(event -> publish(publisher, event));
            }
            assertThat(publisher.spoolBytes()).isLessThanOrEqualTo(1_048_576);
            publisher.settled().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            int more = legs;
            Thread waiting = Thread.ofPlatform().start(() -> {
                for (int i = more; i < more + 20; i++) {
                    largestLeg(i).forEach(event -> publish(publisher, event));
                }
            });
            await().atMost(PATIENCE).until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
            assertThat(publisher.spoolBytes()).isLessThanOrEqualTo(1_048_576);
            kafka.start();
            assertThat(waiting.join(PATIENCE)).isTrue();
            awaitEmpty(publisher);
            await().atMost(PATIENCE).until(publisher::hasRoom);
            assertThat(topic.read().stream().map(CallEventMessage::id).distinct()).hasSize(3 * (legs + 20));
        }
    }

    private CallEventPublisher publisher(SpoolSettings settings) {
        return new CallEventPublisher(topic.name(), topic.client(), topic.client(), settings, InstantSource.system(),
                acknowledged::add);
    }

    private static void publishStage(CallEventPublisher publisher, int from, int to, int stage) {
        for (int i = from; i < to; i++) {
            publish(publisher, Events.leg("u" + i).get(stage));
        }
    }

    private static void publish(CallEventPublisher publisher, CallEvent event) {
        String uuid = event.leg().uuid();
        publisher.publish(EventId.of(uuid, event.action()), event, "fs1", "a.example", uuid, false,
                // The events of these tests have times of their own; none is in the topic before the broker was made.
                0);
    }

    private static List<CallEvent> largestLeg(int number) {
        String text = "\u0001".repeat(1_000);
        var leg = new LegIdentity(number + "-" + text, text, text, text, null);
        return List.of(new CallEvent.Originate(leg, Events.START), new CallEvent.Answer(leg, Events.START),
                new CallEvent.Hangup(leg, Events.START, Events.START, Events.START, text));
    }

    private static void awaitEmpty(CallEventPublisher publisher) {
        await().atMost(PATIENCE).until(() -> publisher.spooledEvents() == 0 && publisher.spoolBytes() == 0);
    }

    private static SequencedSet<CallEvent> distinct(Collection<CallEvent> events) {
        return new LinkedHashSet<>(events);
    }

    private void assertFirstOccurrencesInOrder(int legs) {
        Map<String, List<CallAction>> firsts = new LinkedHashMap<>();
        var seen = new LinkedHashSet<EventId>();
        for (CallEventMessage message : topic.read()) {
            if (seen.add(message.id())) {
                firsts.computeIfAbsent(message.uuid(), _ -> new ArrayList<>()).add(message.action());
            }
        }
        assertThat(firsts).hasSize(legs);
        assertThat(firsts.values()).allMatch(actions -> actions.equals(List.of(CallAction.values())));
    }
}

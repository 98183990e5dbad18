package io.offhook.ingestor;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.offhook.model.CallEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventMessage;
import io.offhook.testkit.freeswitch.Captures;
import io.offhook.testkit.freeswitch.CutMode;
import io.offhook.testkit.freeswitch.ExpectedCall;
import io.offhook.testkit.freeswitch.GapScenario;
import io.offhook.testkit.freeswitch.GapScenario.Expected;
import io.offhook.testkit.freeswitch.GapScenario.Source;
import io.offhook.testkit.freeswitch.PlayOptions;
import io.offhook.testkit.freeswitch.Playback;
import io.offhook.testkit.freeswitch.SimulatedFreeSwitch;
import io.offhook.testkit.freeswitch.SwitchOptions;
import io.offhook.testkit.kafka.EmbeddedKafka;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A real FreeSWITCH that was not heard for a while, died, or had its calls taken over, against the written truth of each scenario. */
class CapturedGapsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static EmbeddedKafka kafka;
    @TempDir
    private static Path directory;

    private RunningIngestor ingestor;

    @BeforeAll
    static void startKafka() throws Exception {
        kafka = EmbeddedKafka.temporary();
        kafka.start();
    }

    @AfterAll
    static void stopKafka() throws Exception {
        kafka.close();
    }

    @AfterEach
    void stopIngestor() {
        ingestor.close();
    }

    @Test
    void legsThatBeganOrEndedInAGapOfFiveSecondsAreFoundOut() throws Exception {
        GapScenario scenario = GapScenario.of("s19_gap");
        try (var node = node()) {
            start(Duration.ofMinutes(1), node);
            play(node, "s19_gap.before");
            awaitRead("s19_gap.before");
            node.standAt("s19_gap");
            cut(node);
            play(node, "s19_gap.after");
            verify(scenario);
        }
    }

    @Test
    void theLegsOfAFreeSwitchThatWasKilledEndWhenItWasLastHeard() throws Exception {
        GapScenario scenario = GapScenario.of("s17_kill9");
        try (var node = node()) {
            start(Duration.ofSeconds(1), node);
            play(node, "s17_kill9");
            awaitRead("s17_kill9");
            node.standAt("s17_kill9.after");
            cut(node);
            play(node, "s17_kill9.after");
            verify(scenario);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"r01_recover_same_node", "r06_recover_phones_gone"})
    void legsThatAreRecoveredGoOnWithTheirFirstTimes(String name) throws Exception {
        try (var node = node()) {
            start(Duration.ofMinutes(1), node);
            play(node, name + ".before");
            awaitRead(name + ".before");
            node.crash();
            await().atMost(PATIENCE).until(() -> node.subscribers() == 1);
            play(node, name + ".after");
            verify(GapScenario.of(name));
        }
    }

    @Test
    void legsThatAnotherNodeTookFromALivingOneEndOnce() throws Exception {
        String name = "r02_recover_on_b_while_a_lives";
        double timeFactor = 0.3;
        try (var a = node(); var b = node()) {
            start(Duration.ofMinutes(1), a, b);
            await().atMost(PATIENCE).until(() -> a.subscribers() + b.subscribers() == 2);
            // Both from the same instant on, at the pace of the captures.
            var options = PlayOptions.fast().withTimeFactor(timeFactor);
            boolean aFirst = first(name + ".nodeA") <= first(name + ".nodeB");
            long apart = Math.abs(first(name + ".nodeB") - first(name + ".nodeA"));
            Playback one = (aFirst ? a : b).play(name + (aFirst ? ".nodeA" : ".nodeB"), options);
            long due = System.nanoTime() + (long) (apart * 1000 * timeFactor);
            await().pollInterval(Duration.ofMillis(5)).atMost(PATIENCE).until(() -> System.nanoTime() - due >= 0);
            Playback other = (aFirst ? b : a).play(name + (aFirst ? ".nodeB" : ".nodeA"), options);
            assertThat(one.await(PATIENCE) && other.await(PATIENCE)).isTrue();
            verify(GapScenario.of(name));
        }
    }

    private static void play(SimulatedFreeSwitch node, String capture) throws InterruptedException {
        assertThat(node.play(capture, PlayOptions.fast().withEveryFrame(true)).await(PATIENCE)).isTrue();
    }

    private void cut(SimulatedFreeSwitch node) {
        node.faults().cut(CutMode.EOF);
        await().atMost(PATIENCE).until(() -> ingestor.count("offhook.ingestor.gaps") == 1 && node.subscribers() == 1);
    }

    /** All of the stream is worked on, so that a cut loses none of it. */
    private void awaitRead(String stream) {
        int events = Captures.open(stream).events().size();
        await().atMost(PATIENCE).until(() -> ingestor.count("offhook.ingestor.events") >= events);
    }

    /** The captures bring heartbeats of their own. */
    private static SimulatedFreeSwitch node() {
        return SimulatedFreeSwitch.start(SwitchOptions.defaults().withHeartbeat(Duration.ofHours(1)));
    }

    private static long first(String capture) {
        return Long.parseLong(Captures.open(capture).events().getFirst().text("Event-Date-Timestamp"));
    }

    private void start(Duration grace, SimulatedFreeSwitch... nodes) {
        ingestor = RunningIngestor.start(kafka, directory,
                Map.of("offhook.reconciliation.recovery-grace", grace.toMillis() + "ms"), nodes);
    }

    private void verify(GapScenario scenario) {
        var body = new CallEventBody();
        try (var topic = ingestor.events()) {
            List<CallEventMessage> found = topic.readUntil(events -> events.size() >= scenario.all().size());
            assertThat(found).extracting(CallEventMessage::id).doesNotHaveDuplicates();
            Map<String, List<CallEventMessage>> byLeg = found.stream()
                    .collect(Collectors.groupingBy(CallEventMessage::uuid));
            assertThat(byLeg.keySet()).isEqualTo(scenario.events().keySet());
            scenario.events().forEach((leg, expected) -> {
                assertThat(byLeg.get(leg).stream().map(event -> event.action().wireName())).as(leg)
                        .containsExactlyElementsOf(expected.stream().map(event -> event.call().action()).toList());
                for (int i = 0; i < expected.size(); i++) {
                    verify(expected.get(i), byLeg.get(leg).get(i), body);
                }
            });
        }
    }

    private static void verify(Expected expected, CallEventMessage message, CallEventBody body) {
        CallEvent event = body.decode(message.body());
        ExpectedCall call = expected.call();
        String text = expected.source() + ": " + new String(message.body(), StandardCharsets.UTF_8);
        assertThat(event.leg().calleeNumber()).as(text).isEqualTo(call.calleeNumber());
        assertThat(event.leg().callerIdNumber()).as(text).isEqualTo(call.callerIdNumber());
        assertThat(event.leg().ani()).as(text).isEqualTo(call.ani());
        assertThat(event.atMicros()).as(text).isBetween(expected.earliestMicros(), expected.latestMicros());
        assertThat(message.reconciled()).as(text).isEqualTo(expected.source() != Source.REPORTED);
        if (event instanceof CallEvent.Hangup hangup) {
            assertThat(hangup.callStart()).as(text).isEqualTo(call.startedMicros());
            assertThat(hangup.answerStart()).as(text).isEqualTo(call.answeredMicros() == 0
                    ? null
                    : (Long) call.answeredMicros());
            assertThat(hangup.hangupCause()).as(text).isEqualTo(switch (expected.source()) {
                case ENDED_UNSEEN -> "NORMAL_UNSPECIFIED";
                case CORE_DIED -> "NETWORK_OUT_OF_ORDER";
                default -> call.hangupCause();
            });
        }
    }
}

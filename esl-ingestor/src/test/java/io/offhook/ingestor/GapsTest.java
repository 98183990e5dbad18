package io.offhook.ingestor;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.offhook.model.CallAction;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventMessage;
import io.offhook.testkit.freeswitch.CallKind;
import io.offhook.testkit.freeswitch.CallPlan;
import io.offhook.testkit.freeswitch.CdrOptions;
import io.offhook.testkit.freeswitch.CutMode;
import io.offhook.testkit.freeswitch.LegTruth;
import io.offhook.testkit.freeswitch.PlacedCall;
import io.offhook.testkit.freeswitch.SimulatedFreeSwitch;
import io.offhook.testkit.freeswitch.SwitchOptions;
import io.offhook.testkit.kafka.EmbeddedKafka;
import io.offhook.testkit.process.FreePort;
import io.offhook.testkit.process.TcpRelay;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What the ingestor finds out when it has missed something, and what it does not conclude while it cannot know. */
class GapsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static EmbeddedKafka kafka;
    @TempDir
    private static Path directory;

    @BeforeAll
    static void startKafka() throws Exception {
        kafka = EmbeddedKafka.temporary();
        kafka.start();
    }

    @AfterAll
    static void stopKafka() throws Exception {
        kafka.close();
    }

    @Test
    void aLegThatEndedInTheGapTakesItsTrueEndFromItsCdr() throws Exception {
        int port = FreePort.find();
        URI cdrs = URI.create("http://127.0.0.1:" + port + "/cdr");
        try (var node = SimulatedFreeSwitch.start(
                SwitchOptions.defaults().withCdr(CdrOptions.to(cdrs).withCredentials("freeswitch", "secret")));
                var line = TcpRelay.to(node.port());
                var ingestor = RunningIngestor.start(kafka, directory, Map.of("server.port", port,
                        "offhook.cdr.username", "freeswitch", "offhook.cdr.password", "secret"), line.port());
                var events = ingestor.events()) {
            await().atMost(PATIENCE).until(() -> node.subscribers() == 1);
            PlacedCall ended = place(node, CallKind.BRIDGED);
            events.readUntil(found -> found.size() == 4);
            line.refuse();
            line.cut();
            ended.hangUp();
            PlacedCall inside = node.placeCall(CallPlan.of(CallKind.BRIDGED).withRing(Duration.ofMillis(20))
                    .withTalk(Duration.ofMillis(20)));
            await().atMost(PATIENCE).until(() -> node.awaitNoCalls(Duration.ofMillis(10)));
            line.listen();
            List<CallEventMessage> found = events.readUntil(all -> all.size() == 12);
            for (PlacedCall call : List.of(ended, inside)) {
                for (LegTruth leg : call.legs()) {
                    CallEvent.Hangup hangup = hangup(found, leg.uuid());
                    assertThat(hangup.callStart()).isEqualTo(leg.createdMicros());
                    assertThat(hangup.answerStart()).isEqualTo(leg.answeredMicros());
                    assertThat(hangup.callEnd()).isEqualTo(leg.hangupMicros());
                    assertThat(hangup.hangupCause()).isEqualTo(leg.hangupCause());
                }
            }
            assertThat(found).extracting(CallEventMessage::id).doesNotHaveDuplicates();
            assertThat(found).filteredOn(CallEventMessage::reconciled).hasSize(2 + 6);
        }
    }

    @Test
    void legsAreOnlyEndedWhenTheirNodeAnswersWhatItIsAsked() throws Exception {
        try (var node = SimulatedFreeSwitch.start();
                var ingestor = start(Map.of(), node);
                var events = ingestor.events()) {
            await().atMost(PATIENCE).until(() -> node.subscribers() == 1);
            PlacedCall call = place(node, CallKind.BRIDGED);
            events.readUntil(found -> found.size() == 4);
            node.faults().failApi("show", "-ERR show Command not found!\n");
            String gone = call.legs().getFirst().uuid();
            node.faults().forget(gone);
            cut(node, ingestor);
            node.faults().failApi("uuid_exists", "-ERR uuid_exists Command not found!\n");
            await().atMost(PATIENCE).until(() -> node.faults().waitingApiCommands() == 0);
            node.faults().healApi();
            List<CallEventMessage> found = events.readUntil(all -> all.size() == 5);
            assertThat(found.getLast().uuid()).isEqualTo(gone);
            assertThat(found.getLast().action()).isEqualTo(CallAction.HANGUP);
            assertThat(found.getLast().reconciled()).isTrue();
            call.hangUp();
            assertThat(events.readUntil(all -> all.size() == 6).getLast().reconciled()).isFalse();
        }
    }

    @Test
    void anEndThatFreeSwitchLostItselfIsFoundOutByItsOwnCount() throws Exception {
        try (var node = SimulatedFreeSwitch.start(SwitchOptions.defaults().withHeartbeat(Duration.ofMillis(200)));
                var ingestor = start(Map.of(), node);
                var events = ingestor.events()) {
            await().atMost(PATIENCE).until(() -> node.subscribers() == 1);
            PlacedCall call = place(node, CallKind.BRIDGED);
            events.readUntil(found -> found.size() == 4);
            String gone = call.legs().getFirst().uuid();
            node.faults().forget(gone);
            List<CallEventMessage> found = events.readUntil(all -> all.size() == 5);
            assertThat(found.getLast().uuid()).isEqualTo(gone);
            assertThat(found.getLast().reconciled()).isTrue();
            assertThat(ingestor.count("offhook.ingestor.gaps")).isZero();
        }
    }

    @Test
    void legsThatNobodyReportedAreEstimatedFromFreeSwitchsCountAndRejectedInvitesAreNotAmongThem() throws Exception {
        try (var node = SimulatedFreeSwitch.start(SwitchOptions.defaults().withHeartbeat(Duration.ofMillis(200)));
                var line = TcpRelay.to(node.port());
                var ingestor = RunningIngestor.start(kafka, directory, Map.of(), line.port())) {
            await().atMost(PATIENCE).until(() -> node.subscribers() == 1);
            await().atMost(PATIENCE).until(() -> ingestor.count("offhook.ingestor.events") > 0);
            node.rejectInvite();
            await().atMost(PATIENCE).until(() -> ingestor.count("offhook.ingestor.rejected.invites") == 1);
            line.refuse();
            line.cut();
            await().atMost(PATIENCE).until(() -> node.subscribers() == 0);
            node.placeCall(CallPlan.of(CallKind.BRIDGED).withRing(Duration.ofMillis(20)).withTalk(Duration.ZERO));
            await().atMost(PATIENCE).until(() -> node.awaitNoCalls(Duration.ofMillis(10)));
            line.listen();
            await().atMost(PATIENCE).until(() -> ingestor.gauge("offhook.ingestor.legs.lost") == 2);
            node.rejectInvite();
            await().atMost(PATIENCE).until(() -> ingestor.count("offhook.ingestor.rejected.invites") == 2);
            double heartbeats = ingestor.count("offhook.ingestor.events");
            await().atMost(PATIENCE).until(() -> ingestor.count("offhook.ingestor.events") > heartbeats + 2);
            assertThat(ingestor.gauge("offhook.ingestor.legs.lost")).isEqualTo(2);
        }
    }

    @Test
    void aLegThatBeganBeforeTheIngestorIsToldOfOnce() throws Exception {
        try (var node = SimulatedFreeSwitch.start()) {
            PlacedCall call = place(node, CallKind.DID);
            try (var ingestor = start(Map.of(), node); var events = ingestor.events()) {
                List<CallEventMessage> found = events.readUntil(all -> all.size() == 4);
                assertThat(found).allMatch(CallEventMessage::reconciled);
                LegTruth first = call.legs().getFirst();
                var body = new CallEventBody();
                assertThat(found).filteredOn(event -> event.uuid().equals(first.uuid()))
                        .extracting(event -> body.decode(event.body()).leg().calleeNumber())
                        .containsOnly(first.callee());
                call.hangUp();
                assertThat(events.readUntil(all -> all.size() == 6)).extracting(CallEventMessage::id)
                        .doesNotHaveDuplicates();
            }
        }
    }

    private static RunningIngestor start(Map<String, Object> more, SimulatedFreeSwitch... nodes) {
        return RunningIngestor.start(kafka, directory, more, nodes);
    }

    /** A call that is up until it is told to end, placed where somebody listens if anybody will. */
    private static PlacedCall place(SimulatedFreeSwitch node, CallKind kind) {
        PlacedCall call = node.placeCall(CallPlan.of(kind));
        await().atMost(PATIENCE).until(() -> call.legs().size() == 2
                && call.legs().stream().allMatch(LegTruth::answered));
        return call;
    }

    private static void cut(SimulatedFreeSwitch node, RunningIngestor ingestor) {
        node.faults().cut(CutMode.EOF);
        await().atMost(PATIENCE).until(() -> ingestor.count("offhook.ingestor.gaps") == 1 && node.subscribers() == 1);
    }

    private static CallEvent.Hangup hangup(List<CallEventMessage> found, String leg) {
        List<CallEventMessage> ofLeg = found.stream().filter(event -> event.uuid().equals(leg)).toList();
        assertThat(ofLeg).extracting(CallEventMessage::action).as(leg).containsExactly(CallAction.ORIGINATE,
                CallAction.ANSWER, CallAction.HANGUP);
        return (CallEvent.Hangup) new CallEventBody().decode(ofLeg.getLast().body());
    }
}

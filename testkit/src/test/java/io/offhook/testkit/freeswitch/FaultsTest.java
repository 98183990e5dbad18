package io.offhook.testkit.freeswitch;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

class FaultsTest {
    private static final String LIFE = "event json CHANNEL_CREATE CHANNEL_ORIGINATE CHANNEL_ANSWER CHANNEL_BRIDGE "
            + "CHANNEL_HANGUP_COMPLETE HEARTBEAT SHUTDOWN";

    private static PlacedCall answered(SimulatedFreeSwitch server, CallPlan plan) {
        PlacedCall call = server.placeCall(plan);
        await().until(() -> call.legs().stream().filter(LegTruth::answered).count() == 2);
        return call;
    }

    @Test
    void cutEndsWithEofOrReset() throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start();
                RawClient client = RawClient.subscribed(server, LIFE)) {
            server.faults().cut(CutMode.EOF);
            assertThat(client.rest()).isEmpty();
        }
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start();
                RawClient client = RawClient.subscribed(server, LIFE)) {
            server.faults().cut(CutMode.RST);
            assertThatThrownBy(client::rest).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void cutAfterSomeBytesLeavesTheFrameBrokenThere() throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start();
                RawClient client = RawClient.subscribed(server, LIFE)) {
            server.faults().cutAfter(1234, CutMode.EOF);
            server.placeCall(CallPlan.of(CallKind.BRIDGED));
            assertThat(client.rest()).hasSize(1234);
            await().until(() -> server.clients() == 0);
        }
    }

    @Test
    void aStalledSwitchDeliversLaterAndLosesNothing() throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start();
                RawClient client = RawClient.subscribed(server, LIFE)) {
            server.faults().stall();
            PlacedCall call = answered(server, CallPlan.of(CallKind.BRIDGED));
            call.hangUp();
            await().until(call::ended);
            server.faults().resume();
            assertThat(client.frame().json().name()).isEqualTo("CHANNEL_CREATE");
            client.event("CHANNEL_HANGUP_COMPLETE");
            client.event("CHANNEL_HANGUP_COMPLETE");
        }
    }

    @Test
    void aClientThatDoesNotReadIsKilledWithTheNoticeInsideAFrameAndOthersWaitForThat()
            throws Exception {
        SwitchOptions options = SwitchOptions.defaults().withQueue(50, 20, 4096);
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(options);
                RawClient stalled = new RawClient(server, "127.0.0.1", 4096)) {
            stalled.login();
            stalled.command("event json CUSTOM flood::test");
            EventData big = server.newEvent("CUSTOM",
                    List.of(Header.of("Event-Subclass", "flood::test"), Header.of("Padding", "x".repeat(8000))));
            // One event at a time until some are lost: the writer has had its turns, so the socket itself is full.
            await().pollInterval(Duration.ofMillis(3)).until(() -> {
                server.fire(big);
                return server.faults().lostEvents() > 3;
            });
            Thread flood = Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 30; i++) {
                    server.fire(big);
                }
            });
            await().until(() -> server.faults().lostEvents() > 20 && flood.getState() == Thread.State.TIMED_WAITING);
            try (RawClient other = new RawClient(server)) {
                other.frame();
                other.send("auth ClueCon\n\n");
                // The lock is held until the stalled client reads: the other one is not let in, and no event moves.
                assertThat(flood.isAlive()).isTrue();
                assertThat(server.clients()).isEqualTo(1);
                String received = new String(stalled.rest(), StandardCharsets.UTF_8);
                String notice = "Content-Type: text/disconnect-notice\nContent-Length: 39\n\nkilled listener because of lost events\n";
                assertThat(received).endsWith(notice);
                assertThat(incomplete(received.substring(0, received.length() - notice.length()))).isNotEmpty();
                assertThat(other.frame().head()).containsEntry("Reply-Text", "+OK accepted");
            }
            flood.join();
        }
    }

    /** What is left of a stream behind its last whole frame. */
    private static String incomplete(String stream) {
        Matcher head = Pattern.compile("Content-Length: (\\d+)\nContent-Type: text/event-json\n\n").matcher(stream);
        int at = 0;
        while (head.find(at) && head.end() + Integer.parseInt(head.group(1)) <= stream.length()) {
            at = head.end() + Integer.parseInt(head.group(1));
        }
        return stream.substring(at);
    }

    @Test
    void aCrashIsAPlainEofAndTheNewCoreKnowsNothing() throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start();
                RawClient client = RawClient.subscribed(server, LIFE)) {
            PlacedCall call = answered(server, CallPlan.of(CallKind.BRIDGED));
            client.event("CHANNEL_BRIDGE");
            String dead = server.coreUuid();
            server.crash();
            assertThat(new String(client.rest(), StandardCharsets.UTF_8)).isEmpty();
            assertThat(server.coreUuid()).isNotEqualTo(dead);
            try (RawClient again = RawClient.subscribed(server, LIFE)) {
                assertThat(again.command("api show channels as json").text()).isEqualTo("{\"row_count\": 0}\n");
                server.faults().heartbeatNow();
                EventData beat = again.event("HEARTBEAT");
                assertThat(beat.text("Core-UUID")).isEqualTo(server.coreUuid());
                assertThat(beat.text("Session-Since-Startup")).isEqualTo("0");
                assertThat(Long.parseLong(beat.text("Event-Sequence"))).isLessThan(10);
            }
            assertThat(call.legs()).hasSize(2).allSatisfy(leg -> {
                assertThat(leg.ended()).isFalse();
                assertThat(leg.lostMicros()).isGreaterThan(leg.answeredMicros());
                assertThat(leg.coreUuid()).isEqualTo(dead);
            });
        }
    }

    @Test
    void recoverBringsAnsweredLegsBackAsCreatesThatWereAnsweredBeforeAndAreMarked() throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start()) {
            PlacedCall ringing = server.placeCall(CallPlan.of(CallKind.BRIDGED).withRing(CallPlan.UNTIL_TOLD));
            PlacedCall call = answered(server, CallPlan.of(CallKind.BRIDGED));
            await().until(() -> server.channel(call.legUuids().getFirst()).name().equals("CALL_UPDATE"));
            server.crash();
            try (RawClient client = RawClient.subscribed(server, LIFE)) {
                assertThat(client.command("api sofia recover").text()).isEqualTo("Recovered 2 call(s)\n");
                EventData outbound = client.frame().json();
                assertThat(outbound.text("Unique-ID")).isEqualTo(call.legUuids().getLast());
                assertThat(outbound.name()).isEqualTo("CHANNEL_CREATE");
                assertThat(outbound.text("variable_recovered")).isEqualTo("true");
                assertThat(outbound.text("Answer-State")).isEqualTo("answered");
                assertThat(outbound.text("Core-UUID")).isEqualTo(server.coreUuid());
                assertThat(outbound.text("Other-Type")).isEqualTo("originator");
                assertThat(outbound.text("Other-Leg-Unique-ID")).isEmpty();
                LegTruth truth = call.legs().getLast();
                assertThat(outbound.text("Caller-Channel-Answered-Time"))
                        .isEqualTo(Long.toString(truth.answeredMicros()));
                assertThat(Long.parseLong(outbound.text("Caller-Channel-Created-Time")))
                        .isGreaterThan(truth.answeredMicros());
                assertThat(outbound.text("Caller-Profile-Created-Time"))
                        .isEqualTo(Long.toString(truth.createdMicros()));
                assertThat(client.frame().json().name()).isEqualTo("CHANNEL_ORIGINATE");
                assertThat(client.frame().json().text("Unique-ID")).isEqualTo(call.legUuids().getFirst());
                EventData bridge = client.frame().json();
                assertThat(bridge.name()).isEqualTo("CHANNEL_BRIDGE");
                assertThat(bridge.text("Bridge-A-Unique-ID")).isEqualTo(call.legUuids().getFirst());
                assertThat(bridge.text("Bridge-B-Unique-ID")).isEqualTo(call.legUuids().getLast());

                assertThat(client.command("api uuid_kill " + call.legUuids().getFirst()).text()).isEqualTo("+OK\n");
                EventData end = client.event("CHANNEL_HANGUP_COMPLETE");
                assertThat(end.text("variable_recovered")).isEqualTo("true");
                assertThat(Long.parseLong(end.text("variable_answerusec"))).isNegative();
                assertThat(client.event("CHANNEL_HANGUP_COMPLETE").text("Hangup-Cause")).isEqualTo("NORMAL_CLEARING");
                assertThat(server.recover()).isZero();
            }
            assertThat(call.legs()).allSatisfy(leg -> assertThat(leg.recovered() && leg.ended()).isTrue());
            assertThat(ringing.legs()).allSatisfy(leg -> assertThat(leg.recovered()).isFalse());
        }
    }

    @Test
    void anotherNodeCanTakeTheCallsOfALivingOne() throws Exception {
        try (SimulatedFreeSwitch a = SimulatedFreeSwitch.start(SwitchOptions.defaults().withSwitchname("fs-a"));
                SimulatedFreeSwitch b = SimulatedFreeSwitch.start(SwitchOptions.defaults().withSwitchname("fs-b"));
                RawClient client = RawClient.subscribed(b, LIFE)) {
            PlacedCall call = answered(a, CallPlan.of(CallKind.BRIDGED));
            assertThat(b.recoverFrom(a)).isEqualTo(2);
            assertThat(client.frame().json().text("FreeSWITCH-Switchname")).isEqualTo("fs-b");
            for (String uuid : call.legUuids()) {
                assertThat(a.api("uuid_exists " + uuid)).isEqualTo("true");
                assertThat(b.api("uuid_exists " + uuid)).isEqualTo("true");
            }
        }
    }

    @Test
    void shutdownSaysSoEndsAllLegsAndClosesWithItsNotice() throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start();
                RawClient client = RawClient.subscribed(server, LIFE)) {
            PlacedCall call = answered(server, CallPlan.of(CallKind.BRIDGED));
            PlacedCall group = server.placeCall(CallPlan.of(CallKind.RING_GROUP).withRing(CallPlan.UNTIL_TOLD));
            await().until(() -> group.legs().size() == 4);
            server.shutDown();
            client.event("SHUTDOWN");
            for (int i = 0; i < 6; i++) {
                assertThat(client.event("CHANNEL_HANGUP_COMPLETE").text("Hangup-Cause")).isEqualTo("SYSTEM_SHUTDOWN");
            }
            assertThat(new String(client.rest(), StandardCharsets.UTF_8))
                    .isEqualTo(
                            "Content-Type: text/disconnect-notice\nContent-Length: 31\n\nThe system is being shut down.\n");
            assertThat(call.ended()).isTrue();
            assertThatThrownBy(() -> new RawClient(server).close()).isInstanceOf(ConnectException.class);
            server.restart();
            RawClient.subscribed(server, LIFE).close();
        }
    }

    @Test
    void callsEndUnseenWhileConnectionsAreRefusedAndTheLedgerHasThem() throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start();
                RawClient client = RawClient.subscribed(server, LIFE)) {
            PlacedCall call = answered(server, CallPlan.of(CallKind.BRIDGED));
            server.faults().refuseConnections(Duration.ofMillis(300));
            server.faults().cut(CutMode.EOF);
            assertThatThrownBy(() -> new RawClient(server).close()).isInstanceOf(ConnectException.class);
            client.rest();
            call.hangUp();
            await().until(call::ended);
            assertThat(call.legs())
                    .allSatisfy(leg -> assertThat(leg.hangupMicros()).isGreaterThan(leg.answeredMicros()));
            await().ignoreExceptions().until(() -> {
                RawClient.subscribed(server, LIFE).close();
                return true;
            });
            assertThat(server.api("uuid_exists " + call.legUuids().getFirst())).isEqualTo("false");
        }
    }

    @Test
    void heartbeatsCanBeHeldBackAndCountTheLegs() throws Exception {
        SwitchOptions options = SwitchOptions.defaults().withHeartbeat(Duration.ofMillis(30));
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(options);
                RawClient client = RawClient.subscribed(server, "event json HEARTBEAT CUSTOM x::y")) {
            client.event("HEARTBEAT");
            answered(server, CallPlan.of(CallKind.BRIDGED));
            server.faults().holdHeartbeats(true);
            server.fire(server.newEvent("CUSTOM", List.of(Header.of("Event-Subclass", "x::y"))));
            client.event("CUSTOM");
            server.faults().holdHeartbeats(false);
            EventData beat = client.event("HEARTBEAT");
            assertThat(beat.text("Session-Count")).isEqualTo("2");
            assertThat(beat.text("Session-Since-Startup")).isEqualTo("2");
        }
    }

    @Test
    void arbitraryBytesGoOutBetweenTwoFrames() throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start();
                RawClient client = RawClient.subscribed(server, LIFE)) {
            server.faults().inject(
                    "Content-Type: text/strange\nContent-Length: 3\n\n\u00e4!".getBytes(StandardCharsets.UTF_8));
            server.faults().heartbeatNow();
            assertThat(client.frame().text()).isEqualTo("\u00e4!");
            client.event("HEARTBEAT");
        }
    }

    @Test
    void moreClientsThanAllowedAreClosedAtOnce() throws IOException {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(SwitchOptions.defaults().withMaxClients(1));
                RawClient first = RawClient.subscribed(server, LIFE);
                RawClient second = new RawClient(server)) {
            assertThatThrownBy(second::frame).isInstanceOf(EOFException.class);
            assertThat(first.command("api uuid_exists x").text()).isEqualTo("false");
        }
    }
}

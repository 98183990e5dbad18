package io.offhook.testkit.freeswitch;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

class CoreFaultsTest {
    private static final String LIFE = "event json CHANNEL_CREATE CHANNEL_BRIDGE CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE "
            + "HEARTBEAT";
    private static final SwitchOptions OPTIONS = SwitchOptions.defaults().withShowChannelsDelay(Duration.ZERO);

    @Test
    void aForgottenLegEndsWithoutEventOrCdrAndItsPartnerGoesOn() throws Exception {
        try (CdrReceiver receiver = new CdrReceiver();
                SimulatedFreeSwitch server = SimulatedFreeSwitch
                        .start(OPTIONS.withCdr(CdrOptions.to(receiver.url())));
                RawClient client = RawClient.subscribed(server, LIFE)) {
            PlacedCall call = server.placeCall(CallPlan.of(CallKind.BRIDGED));
            client.event("CHANNEL_BRIDGE");
            String forgotten = call.legUuids().getLast();
            server.faults().forget(forgotten);
            assertThat(server.api("uuid_exists " + forgotten)).isEqualTo("false");
            assertThat(server.api("show channels as json")).contains("\"row_count\":1");
            LegTruth truth = server.ledger().leg(forgotten).orElseThrow();
            assertThat(truth.ended()).isTrue();
            call.hangUp();
            for (String name : List.of("CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE")) {
                EventData event = client.frame().json();
                assertThat(event.name()).isEqualTo(name);
                assertThat(event.text("Unique-ID")).isEqualTo(call.legUuids().getFirst());
            }
            assertThat(server.awaitNoCalls(Duration.ofSeconds(60))).isTrue();
            assertThat(receiver.requests()).extracting(CdrReceiver.Request::uuid)
                    .containsExactly(call.legUuids().getFirst());
            assertThatThrownBy(() -> server.faults().forget(forgotten)).hasMessageContaining(forgotten);
        }
    }

    @Test
    void aCallOfWhichEveryLegIsForgottenIsOver() {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(OPTIONS)) {
            PlacedCall call = server.placeCall(CallPlan.of(CallKind.APP_ANSWERED));
            server.faults().forget(call.legUuids().getFirst());
            assertThat(call.ended()).isTrue();
            assertThat(server.liveCalls()).isZero();
            assertThat(server.channels()).isZero();
        }
    }

    @Test
    void commandsCanBeSlowWhileOtherConnectionsGetTheirEvents() throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(OPTIONS);
                RawClient slow = RawClient.subscribed(server, LIFE);
                RawClient other = RawClient.subscribed(server, LIFE)) {
            server.faults().delayApi(Duration.ofDays(1));
            slow.send("api uuid_exists x\n\n");
            await().until(() -> server.faults().waitingApiCommands() == 1);
            assertThat(server.api("uuid_exists x")).isEqualTo("false");
            server.faults().heartbeatNow();
            other.event("HEARTBEAT");
            server.faults().delayApi(Duration.ZERO);
            assertThat(slow.frame().text()).isEqualTo("false");
            slow.event("HEARTBEAT");
        }
    }

    @Test
    void aSlowCommandDoesNotHoldAConnectionThatIsCut() throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(OPTIONS);
                RawClient client = RawClient.subscribed(server, LIFE)) {
            server.faults().delayApi(Duration.ofDays(1));
            client.send("api uuid_exists x\n\n");
            await().until(() -> server.faults().waitingApiCommands() == 1);
            server.faults().cut(CutMode.EOF);
            assertThat(client.rest()).isEmpty();
            await().until(() -> server.clients() == 0);
        }
    }

    @Test
    void commandsCanFailAllOrOne() throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(OPTIONS);
                RawClient client = RawClient.subscribed(server, LIFE)) {
            server.faults().failApi("show", "-ERR show Command not found!\n");
            assertThat(client.command("api show channels as json").text())
                    .isEqualTo("-ERR show Command not found!\n");
            assertThat(client.command("api uuid_exists x").text()).isEqualTo("false");
            server.faults().failApi("-ERR no\n");
            assertThat(client.command("api uuid_exists x").text()).isEqualTo("-ERR no\n");
            server.faults().healApi();
            assertThat(client.command("api show channels as json").text()).isEqualTo("{\"row_count\": 0}\n");
        }
    }

    @Test
    void aStepOfTheClockDatesWhatComesAfterItAndDurationsAreSigned() throws Exception {
        Duration hour = Duration.ofHours(1);
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(OPTIONS);
                RawClient client = RawClient.subscribed(server, LIFE)) {
            PlacedCall back = server.placeCall(CallPlan.of(CallKind.BRIDGED));
            client.event("CHANNEL_BRIDGE");
            server.faults().stepClock(hour.negated());
            back.hangUp();
            for (int i = 0; i < 2; i++) {
                EventData end = client.event("CHANNEL_HANGUP_COMPLETE");
                assertThat(Long.parseLong(end.text("variable_billsec"))).isBetween(-3600L, -3590L);
                LegTruth truth = server.ledger().leg(end.text("Unique-ID")).orElseThrow();
                assertThat(end.text("Caller-Channel-Hangup-Time")).isEqualTo("" + truth.hangupMicros());
                assertThat(end.text("Caller-Channel-Created-Time")).isEqualTo("" + truth.createdMicros());
                assertThat(truth.answeredMicros() - truth.hangupMicros()).isBetween(3_590_000_000L, 3_600_000_000L);
                assertThat(Long.parseLong(end.text("Event-Date-Timestamp"))).isLessThan(truth.createdMicros());
            }
            PlacedCall next = server.placeCall(CallPlan.of(CallKind.BRIDGED));
            assertThat(next.legs().getFirst().createdMicros())
                    .isLessThan(back.legs().getFirst().createdMicros());
            client.event("CHANNEL_BRIDGE");
            server.faults().stepClock(hour);
            server.hangUpAll("MANAGER_REQUEST");
            assertThat(Long.parseLong(client.event("CHANNEL_HANGUP_COMPLETE").text("variable_billsec")))
                    .isBetween(3600L, 3610L);
        }
    }

    @Test
    void heartbeatsStopBehindAStepBackAndOneComesAtOnceBehindAStepForward() throws Exception {
        SwitchOptions options = OPTIONS.withHeartbeat(Duration.ofMillis(20));
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(options);
                RawClient client = RawClient.subscribed(server, "event json HEARTBEAT CUSTOM x::y")) {
            long before = Long.parseLong(client.event("HEARTBEAT").text("Event-Date-Timestamp"));
            server.faults().stepClock(Duration.ofHours(-1));
            // One that was due at that moment may still come. Then a call through its whole life is longer than many heartbeats.
            server.placeCall(CallPlan.of(CallKind.APP_ANSWERED).withTalk(Duration.ofMillis(200)));
            assertThat(server.awaitNoCalls(Duration.ofSeconds(10))).isTrue();
            server.fire(server.newEvent("CUSTOM", List.of(Header.of("Event-Subclass", "x::y"))));
            EventData event;
            while (!(event = client.frame().json()).name().equals("CUSTOM")) {
                assertThat(Long.parseLong(event.text("Event-Date-Timestamp"))).isGreaterThanOrEqualTo(before);
            }
            server.faults().stepClock(Duration.ofHours(1));
            client.event("HEARTBEAT");
            client.event("HEARTBEAT");
        }
    }

    @Test
    void aRejectedInviteHasNoCreateNoCallerAndNoCdrAndIsCounted() throws Exception {
        try (CdrReceiver receiver = new CdrReceiver();
                SimulatedFreeSwitch server = SimulatedFreeSwitch
                        .start(OPTIONS.withCdr(CdrOptions.to(receiver.url())));
                RawClient client = RawClient.subscribed(server, LIFE)) {
            String first = server.rejectInvite();
            String second = server.rejectInvite();
            assertThat(second).isNotEqualTo(first);
            for (String uuid : List.of(first, second)) {
                assertThat(client.frame().json().name()).isEqualTo("CHANNEL_HANGUP");
                EventData end = client.frame().json();
                assertThat(end.name()).isEqualTo("CHANNEL_HANGUP_COMPLETE");
                assertThat(end.text("Unique-ID")).isEqualTo(uuid).isEqualTo(end.text("variable_uuid"));
                assertThat(end.text("Core-UUID")).isEqualTo(server.coreUuid());
                assertThat(end.text("Hangup-Cause")).isEqualTo("CALL_REJECTED");
                assertThat(end.headers()).noneMatch(header -> header.name().startsWith("Caller-"));
            }
            server.faults().heartbeatNow();
            EventData beat = client.event("HEARTBEAT");
            assertThat(beat.text("Session-Since-Startup")).isEqualTo("2");
            assertThat(beat.text("Session-Count")).isEqualTo("0");
            assertThat(server.ledger().legs()).isEmpty();
            assertThat(receiver.requests()).isEmpty();
        }
    }

    @Test
    void theSessionsOfAHeartbeatAreThoseOfTheTable() throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(OPTIONS);
                RawClient client = RawClient.subscribed(server, LIFE)) {
            PlacedCall one = server.placeCall(CallPlan.of(CallKind.BRIDGED));
            PlacedCall two = server.placeCall(CallPlan.of(CallKind.APP_ANSWERED));
            client.event("CHANNEL_BRIDGE");
            assertThat(counts(server, client)).containsExactly("3", "3");
            server.faults().forget(one.legUuids().getLast());
            two.hangUp();
            await().until(() -> server.channels() == 1);
            assertThat(counts(server, client)).containsExactly("1", "3");
        }
    }

    private static List<String> counts(SimulatedFreeSwitch server, RawClient client) throws Exception {
        server.faults().heartbeatNow();
        EventData beat = client.event("HEARTBEAT");
        assertThat(server.api("show channels as json")).contains("\"row_count\":" + beat.text("Session-Count"));
        return List.of(beat.text("Session-Count"), beat.text("Session-Since-Startup"));
    }
}

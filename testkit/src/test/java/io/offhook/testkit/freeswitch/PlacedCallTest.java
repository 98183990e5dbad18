package io.offhook.testkit.freeswitch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class PlacedCallTest {
    private static final Duration QUICK = Duration.ofMillis(60);

    @Test
    void aPlacedCallRingsTalksAndEndsWhenTold() throws Exception {
        SwitchOptions options = SwitchOptions.defaults().withShowChannelsDelay(Duration.ZERO);
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(options);
                RawClient client = RawClient.subscribed(server,
                        "event json CHANNEL_PROGRESS CHANNEL_ANSWER CHANNEL_BRIDGE CHANNEL_HANGUP_COMPLETE")) {
            PlacedCall call = server.placeCall(CallPlan.of(CallKind.BRIDGED).withRing(CallPlan.UNTIL_TOLD));
            client.event("CHANNEL_PROGRESS");
            client.event("CHANNEL_PROGRESS");
            assertThat(server.api("show channels count as json")).isEqualTo("{\"row_count\":2,\"rows\":[]}");
            call.answer();
            client.event("CHANNEL_BRIDGE");
            EventData dump = EventJson.parse(
                    server.api("uuid_dump " + call.legUuids().getFirst() + " json").getBytes(StandardCharsets.UTF_8));
            assertThat(dump.text("Caller-Channel-Answered-Time"))
                    .isEqualTo(Long.toString(call.legs().getFirst().answeredMicros())).isNotEqualTo("0");
            assertThat(call.ended()).isFalse();
            call.hangUp();
            client.event("CHANNEL_HANGUP_COMPLETE");
            assertThat(client.event("CHANNEL_HANGUP_COMPLETE").text("variable_sip_hangup_disposition"))
                    .isEqualTo("recv_bye");
            assertThat(server.awaitNoCalls(Duration.ofSeconds(60))).isTrue();
            assertThat(call.ended()).isTrue();
            assertThat(server.api("show channels as json")).isEqualTo("{\"row_count\": 0}\n");
            assertThat(server.api("uuid_exists " + call.legUuids().getFirst())).isEqualTo("false");
        }
    }

    @Test
    void aRingingCallThatIsGivenUpEndsOnEveryLegWithOriginatorCancel() throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start();
                RawClient client = RawClient.subscribed(server,
                        "event json CHANNEL_PROGRESS CHANNEL_HANGUP_COMPLETE")) {
            PlacedCall call = server.placeCall(CallPlan.of(CallKind.RING_GROUP).withRing(CallPlan.UNTIL_TOLD));
            for (int i = 0; i < 4; i++) {
                client.event("CHANNEL_PROGRESS");
            }
            call.hangUp();
            for (int i = 0; i < 4; i++) {
                EventData end = client.event("CHANNEL_HANGUP_COMPLETE");
                LegTruth truth = server.ledger().leg(end.text("Unique-ID")).orElseThrow();
                assertThat(end.text("Hangup-Cause")).isEqualTo("ORIGINATOR_CANCEL").isEqualTo(truth.hangupCause());
                assertThat(end.text("Caller-Channel-Hangup-Time")).isEqualTo(Long.toString(truth.hangupMicros()));
                assertThat(end.headers().stream().filter(header -> header.name().equals("Hangup-Cause"))).hasSize(2);
                assertThat(end.text("variable_billsec")).isEqualTo("0");
            }
            assertThat(call.ended()).isTrue();
        }
    }

    @Test
    void theGeneratorKeepsItsRateDrawsTheMixAndRepeatsItselfForASeed() throws Exception {
        CallLoad load = CallLoad.ofRate(200).withRing(Duration.ZERO, Duration.ofMillis(30)).withTalk(Duration.ZERO,
                Duration.ofMillis(30));
        List<CallPlan> first = new CopyOnWriteArrayList<>();
        long start = System.nanoTime();
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start()) {
            server.generate(load, first::add);
            await().until(() -> server.placedCalls() >= 200);
            server.stopGenerating();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).as("never faster than its rate")
                    .isGreaterThanOrEqualTo(Duration.ofMillis(950));
            assertThat(server.awaitNoCalls(Duration.ofSeconds(10))).isTrue();
            assertThat(server.ledger().open()).isEmpty();
            assertThat(server.ledger().legs().stream().map(LegTruth::kind).distinct())
                    .containsExactlyInAnyOrder(CallKind.values());
            assertThat(server.ledger().legs().stream().map(LegTruth::tenant).distinct()).hasSize(3);
        }
        PlanSource again = new PlanSource(load, 1);
        assertThat(first).startsWith(again.next(), again.next(), again.next());
    }

    @Test
    void sequenceNumbersRiseOnEachLegAndNeverRepeat() throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start();
                RawClient client = RawClient.subscribed(server, "event json ALL")) {
            server.generate(CallLoad.ofRate(100).withRing(Duration.ZERO, QUICK).withTalk(Duration.ZERO, QUICK));
            await().until(() -> server.placedCalls() >= 50);
            server.stopGenerating();
            assertThat(server.awaitNoCalls(Duration.ofSeconds(10))).isTrue();
            server.shutDown();
            Map<String, Long> last = new TreeMap<>();
            Set<Long> seen = new HashSet<>();
            for (EventData event : SyntheticCallTest.decoded(client.rest())) {
                long sequence = Long.parseLong(event.text("Event-Sequence"));
                assertThat(seen.add(sequence)).isTrue();
                Long before = last.put(event.text("Unique-ID"), sequence);
                assertThat(before == null || before < sequence).isTrue();
            }
            assertThat(seen).hasSizeGreaterThan(1000);
        }
    }

    @Test
    void aThousandCallsASecondArePlacedAndRendered() throws IOException, InterruptedException {
        // Bound for the slowest machine; on two shared cores the generator alone takes well under half a second of a core here.
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start();
                RawClient client = RawClient.subscribed(server,
                        "event json CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_HANGUP_COMPLETE")) {
            Thread reader = Thread.ofVirtual().start(() -> {
                try {
                    client.rest();
                } catch (IOException e) {
                    // The test has closed the connection.
                }
            });
            server.generate(
                    CallLoad.ofRate(1000).onlyBridged().withRing(Duration.ZERO, QUICK).withTalk(Duration.ZERO, QUICK));
            await().atMost(Duration.ofSeconds(6)).until(() -> server.placedCalls() >= 2000);
            server.stopGenerating();
            assertThat(server.awaitNoCalls(Duration.ofSeconds(60))).isTrue();
            assertThat(server.ledger().open()).isEmpty();
            assertThat(server.faults().lostEvents()).isZero();
            server.faults().cut(CutMode.EOF);
            reader.join();
        }
    }
}

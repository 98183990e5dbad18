package io.offhook.testkit.freeswitch;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A node takes the calls of one that lives, as in r02. */
class ZombieTest {
    private static final String LIFE = "event json CHANNEL_CREATE CHANNEL_BRIDGE CHANNEL_HANGUP_COMPLETE";

    @Test
    void bothNodesHaveTheLegsEachEndsThemOnItsOwnAndTheFirstEndIsTheTrueOne() throws Exception {
        try (SimulatedFreeSwitch a = SimulatedFreeSwitch.start(SwitchOptions.defaults().withSwitchname("fs-a"));
                SimulatedFreeSwitch b = SimulatedFreeSwitch.start(SwitchOptions.defaults().withSwitchname("fs-b"));
                RawClient ofA = RawClient.subscribed(a, LIFE);
                RawClient ofB = RawClient.subscribed(b, LIFE)) {
            PlacedCall call = a.placeCall(CallPlan.of(CallKind.BRIDGED));
            ofA.event("CHANNEL_BRIDGE");
            assertThat(b.recoverFrom(a)).isEqualTo(2);
            ofB.event("CHANNEL_BRIDGE");
            b.hangUpAll("NORMAL_CLEARING");
            for (int i = 1; i >= 0; i--) {
                EventData end = ofB.event("CHANNEL_HANGUP_COMPLETE");
                assertThat(end.text("Unique-ID")).isEqualTo(call.legUuids().get(i));
                assertThat(end.text("variable_recovered")).isEqualTo("true");
            }
            for (String uuid : call.legUuids()) {
                assertThat(a.api("uuid_exists " + uuid)).isEqualTo("true");
                assertThat(b.api("uuid_exists " + uuid)).isEqualTo("false");
            }
            assertThat(call.ended()).isFalse();
            assertThat(a.hangUpAll("MANAGER_REQUEST")).isEqualTo(2);
            for (int i = 1; i >= 0; i--) {
                EventData end = ofA.event("CHANNEL_HANGUP_COMPLETE");
                LegTruth truth = a.ledger().leg(call.legUuids().get(i)).orElseThrow();
                assertThat(end.text("Unique-ID")).isEqualTo(truth.uuid());
                assertThat(end.text("variable_recovered")).isEmpty();
                assertThat(end.text("Hangup-Cause")).isEqualTo("MANAGER_REQUEST");
                assertThat(end.text("Caller-Channel-Created-Time")).isEqualTo("" + truth.createdMicros());
                assertThat(truth.ends()).extracting(LegTruth.End::coreUuid).containsExactly(b.coreUuid(),
                        a.coreUuid());
                assertThat(truth.hangupMicros()).isEqualTo(truth.ends().getFirst().micros());
                assertThat(truth.hangupCause()).isEqualTo("NORMAL_CLEARING");
                assertThat(truth.recovered()).isTrue();
                assertThat(b.ledger().leg(truth.uuid()).orElseThrow().ends()).isEqualTo(truth.ends());
            }
            assertThat(call.ended()).isTrue();
        }
    }

    @Test
    void aZombieThatEndsFirstIsTheEndToo() throws Exception {
        try (SimulatedFreeSwitch a = SimulatedFreeSwitch.start(SwitchOptions.defaults().withSwitchname("fs-a"));
                SimulatedFreeSwitch b = SimulatedFreeSwitch.start(SwitchOptions.defaults().withSwitchname("fs-b"))) {
            PlacedCall call = a.placeCall(CallPlan.of(CallKind.APP_ANSWERED));
            await().until(() -> call.legs().getFirst().answered());
            b.recoverFrom(a);
            a.hangUpAll("MANAGER_REQUEST");
            await().until(() -> a.liveCalls() == 0);
            b.hangUpAll("NORMAL_CLEARING");
            assertThat(b.awaitNoCalls(Duration.ofSeconds(60))).isTrue();
            LegTruth truth = b.ledger().leg(call.legUuids().getFirst()).orElseThrow();
            assertThat(truth.hangupCause()).isEqualTo("MANAGER_REQUEST");
            assertThat(truth.ends()).hasSize(2);
        }
    }
}

package io.offhook.testkit.freeswitch;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class GapScenarioTest {

    static List<String> names() {
        return GapScenario.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyLegBeginsIsAnsweredAndEndsOnce(String name) {
        GapScenario scenario = GapScenario.of(name);
        assertThat(scenario.events().values()).isNotEmpty().allSatisfy(leg -> {
            assertThat(leg).extracting(event -> event.call().action()).containsExactly("originate", "answer",
                    "hangup");
            assertThat(leg).allSatisfy(event -> {
                assertThat(event.call().atMicros()).isBetween(event.earliestMicros(), event.latestMicros());
                assertThat(event.call().startedMicros()).isEqualTo(leg.getFirst().call().atMicros());
            });
            assertThat(leg.getLast().call().answeredMicros()).isEqualTo(leg.get(1).call().atMicros());
        });
    }

    @Test
    void ofAGapOneCallIsDumpedOneEndedUnseenAndOneHasNoTrace() {
        GapScenario gap = GapScenario.of("s19_gap");
        assertThat(gap.events()).hasSize(4);
        assertThat(gap.of(GapScenario.Source.DUMPED)).extracting(event -> event.call().callerIdNumber(),
                event -> event.call().action(), event -> event.call().atMicros())
                .containsExactly(org.assertj.core.groups.Tuple.tuple("1002", "originate", 1795375296526248L),
                        org.assertj.core.groups.Tuple.tuple("1002", "answer", 1795375296526248L));
        assertThat(gap.of(GapScenario.Source.ENDED_UNSEEN)).singleElement().satisfies(end -> {
            assertThat(end.call().callerIdNumber()).isEqualTo("1001");
            assertThat(end.earliestMicros()).isEqualTo(1795375295886235L);
            assertThat(end.latestMicros()).isEqualTo(1795375301526239L);
            assertThat(end.call().hangupCause()).isEmpty();
        });
        assertThat(gap.unseen()).hasSize(1);
    }

    @Test
    void ofADeadCoreBothLegsEndWithIt() {
        GapScenario killed = GapScenario.of("s17_kill9");
        assertThat(killed.events()).hasSize(3);
        assertThat(killed.of(GapScenario.Source.CORE_DIED)).hasSize(2);
        assertThat(killed.of(GapScenario.Source.REPORTED)).hasSize(7);
    }

    @Test
    void aRecoveryAddsNoEventAndTheFirstStartStands() {
        GapScenario recovered = GapScenario.of("r01_recover_same_node");
        assertThat(recovered.all()).hasSize(6).allSatisfy(event -> {
            assertThat(event.source()).isEqualTo(GapScenario.Source.REPORTED);
            assertThat(event.call().startedMicros()).isEqualTo(1795378441866881L);
        });
        assertThat(GapScenario.of("r06_recover_phones_gone").all()).hasSize(12)
                .filteredOn(event -> event.call().hangupCause().equals("NORMAL_TEMPORARY_FAILURE")).hasSize(2);
    }

    @Test
    void ofTwoOwnersTheFirstEndStands() {
        GapScenario taken = GapScenario.of("r02_recover_on_b_while_a_lives");
        assertThat(taken.all()).filteredOn(event -> event.call().action().equals("hangup")).hasSize(2)
                .allSatisfy(end -> {
                    assertThat(end.stream()).endsWith(".nodeB");
                    assertThat(end.call().hangupCause()).isEqualTo("NORMAL_CLEARING");
                    assertThat(end.call().atMicros()).isEqualTo(1795378589303850L);
                });
        assertThat(taken.duplicates()).hasSize(2)
                .allSatisfy(end -> assertThat(end.hangupCause()).isEqualTo("MANAGER_REQUEST"));
        assertThatThrownBy(() -> GapScenario.of("s02")).hasMessageContaining("s02");
    }
}

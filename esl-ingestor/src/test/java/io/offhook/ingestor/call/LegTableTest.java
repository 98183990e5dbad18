package io.offhook.ingestor.call;

import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.LegIdentity;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LegTableTest {

    private static final long MEMORY_MILLIS = 600_000;

    private final LegTable table = new LegTable(MEMORY_MILLIS, 2);

    @Test
    void ofEndedLegsNoMoreThanTheBoundAreRememberedAndOpenOnesStay() {
        TrackedLeg open = add("open", null);
        add("first", CallAction.HANGUP);
        add("second", CallAction.HANGUP);
        add("third", CallAction.HANGUP);
        table.forgetOld(0);
        assertThat(table.find("first")).isNull();
        assertThat(table.find("second")).isNotNull();
        assertThat(table.find("third")).isNotNull();
        assertThat(table.find("open")).isSameAs(open);
        table.forgetOld(MEMORY_MILLIS);
        assertThat(table.find("third")).isNull();
        assertThat(table.open()).containsExactly(open);
    }

    @Test
    void anEndedLegKeepsWhatTellsItsLateCopiesAndNoMore() {
        TrackedLeg open = add("open", null);
        open.slim();
        assertThat(open.leg.identity().calleeNumber()).isEqualTo("1000");
        TrackedLeg ended = add("ended", CallAction.HANGUP);
        assertThat(ended.leg.identity().calleeNumber()).as("it may still have to be told").isEqualTo("1000");
        ended.slim();
        assertThat(ended.leg.id(CallAction.HANGUP).value()).isEqualTo("ended_hangup");
        assertThat(ended.leg.callStart()).isEqualTo(7);
        assertThat(ended.leg.tenant()).isEqualTo("tenant-a.example");
        assertThat(ended.leg.identity().calleeNumber()).isNull();
    }

    private TrackedLeg add(String uuid, CallAction said) {
        TrackedLeg tracked = table.add(uuid);
        var identity = new LegIdentity(uuid, "1000", "1001", "1001", CallDirection.INBOUND);
        table.update(tracked, new Leg(identity, "tenant-a.example", uuid, 7, 0, false, said, true), 0);
        return tracked;
    }
}

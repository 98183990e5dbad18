package io.offhook.testkit.freeswitch;

import java.util.List;
import java.util.concurrent.Executor;

/** A call that was placed with {@link SimulatedFreeSwitch#placeCall}. */
public final class PlacedCall {
    private final LiveCall call;
    private final TruthLedger ledger;
    private final Executor thread;
    private final List<String> legs;

    PlacedCall(LiveCall call, TruthLedger ledger, Executor thread) {
        this.call = call;
        this.ledger = ledger;
        this.thread = thread;
        this.legs = call.legs().stream().map(LegState::uuid).toList();
    }

    /** Uuids of all legs that the call has or will have, the caller's first. */
    public List<String> legUuids() {
        return legs;
    }

    /** What has happened so far to the legs that exist. */
    public List<LegTruth> legs() {
        return legs.stream().flatMap(uuid -> ledger.leg(uuid).stream()).toList();
    }

    /** Ends the present ringing now, by what the plan has behind it: an answer, busy, a cancel. */
    public void answer() {
        thread.execute(call::answer);
    }

    /** The caller hangs up: NORMAL_CLEARING in a conversation, ORIGINATOR_CANCEL before. */
    public void hangUp() {
        boolean talking = legs().stream().anyMatch(LegTruth::answered);
        hangUp(talking ? "NORMAL_CLEARING" : "ORIGINATOR_CANCEL");
    }

    /** Ends all legs with that cause. */
    public void hangUp(String cause) {
        thread.execute(() -> call.hangUp(cause));
    }

    /** Whether the call has begun and every leg of it that began has ended. */
    public boolean ended() {
        List<LegTruth> known = legs();
        return !known.isEmpty() && known.stream().allMatch(LegTruth::ended)
                && call.legs().stream().noneMatch(LegState::up);
    }
}

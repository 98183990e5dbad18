package io.offhook.testkit.freeswitch;

import java.util.List;

/** A call that is up. All methods run on the core's thread. */
sealed interface LiveCall permits SyntheticCall, RecoveredCall {

    CallPlan plan();

    List<LegState> legs();

    /** Ends it, by what would happen anyway where that is the cause, else at once on all legs. */
    void hangUp(String cause);

    /** Ends a ringing now. */
    void answer();

    /** One of its legs has been silenced; true when there is no other left that began. */
    boolean fellSilent();

    /** The core's clock has been set; what has happened keeps its time. */
    void clockStepped(long micros);

    /** Forgets it without an event: its core has died. */
    void drop();
}

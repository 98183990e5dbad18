package io.offhook.testkit.freeswitch;

/** What API commands may do to calls. */
interface CallControl {

    /** Hangs every leg up; returns how many. */
    int hangUpAll(String cause);

    /** Hangs the call of a leg up; false when there is no such leg. */
    boolean hangUp(String legUuid, String cause);

    /** Takes the answered calls of a dead core over ({@code sofia recover}); returns how many legs. */
    int recover();
}

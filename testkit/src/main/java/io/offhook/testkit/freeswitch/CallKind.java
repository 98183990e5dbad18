package io.offhook.testkit.freeswitch;

/** The kinds of synthetic calls. Each is cut from a capture of such a call, and has its legs, events, headers and order. */
public enum CallKind {
    /** One inbound leg that FreeSWITCH itself answers (voicemail, announcement). */
    APP_ANSWERED,
    /** Inbound leg bridged to an outbound leg, answered, the caller hangs up. */
    BRIDGED,
    /** The outbound leg rings until NO_ANSWER, then FreeSWITCH answers the caller itself. */
    UNANSWERED,
    /** The outbound leg is USER_BUSY, and so is the inbound one. */
    BUSY,
    /** The caller gives up while it rings: ORIGINATOR_CANCEL on both legs. */
    CANCELLED,
    /** Three devices ring, the second answers, the others end with LOSE_RACE. */
    RING_GROUP,
    /** The called party transfers the caller to a third one by REFER. */
    BLIND_TRANSFER,
    /** A call from a carrier to a DID: the inbound leg's tenant is unknown at its CREATE. */
    DID
}

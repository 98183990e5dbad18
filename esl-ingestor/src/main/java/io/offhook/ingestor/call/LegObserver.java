package io.offhook.ingestor.call;

/** Counts what an operator wants to know. */
public interface LegObserver {

    /** What led to an event that FreeSWITCH did not send. */
    enum Reason {
        /** A later event of the leg. */
        LATER_EVENT,
        /** The snapshot after a gap. */
        SNAPSHOT, CDR,
        /** The leg's node denies it. */
        DENIED, CORE_DEAD
    }

    void rejectedInvite(ChannelEvent event);

    void aliveAfterHangup(String node);

    void foundMidway(ChannelEvent event);

    void reconciled(Reason reason);
}

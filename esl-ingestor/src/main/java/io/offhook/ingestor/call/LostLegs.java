package io.offhook.ingestor.call;

/**
 * How many legs of a node nobody has reported: FreeSWITCH counts its sessions, and each is seen as a CHANNEL_CREATE, as a rejected
 * INVITE, in a snapshot or in a CDR, or not at all. An estimate: a session without any event of its own, such as a failed originate,
 * counts as lost, too.
 */
public final class LostLegs {

    private String core;
    private long totalAtStart;
    private long seen;
    private volatile long estimate;

    /** The node told of a session. */
    public void seen(String atCore) {
        follow(atCore);
        seen++;
    }

    /**
     * @param sessionsSinceStartup {@code Session-Since-Startup} of a HEARTBEAT
     * @return legs that nobody has reported since this core was first heard
     */
    public long heartbeat(String atCore, long sessionsSinceStartup) {
        boolean first = core == null;
        follow(atCore);
        if (first || totalAtStart < 0) {
            // What happened before the first heartbeat is not ours to have seen.
            totalAtStart = sessionsSinceStartup - seen;
        }
        estimate = Math.max(0, sessionsSinceStartup - totalAtStart - seen);
        return estimate;
    }

    /** Whether it counts the sessions of this core at present. */
    public boolean isOf(String some) {
        return some.equals(core);
    }

    /** As of the last heartbeat; from any thread. */
    public long estimate() {
        return estimate;
    }

    /** A core that takes another's place began with no sessions: all of its own should have been seen. */
    private void follow(String atCore) {
        if (!atCore.equals(core)) {
            totalAtStart = core == null ? -1 : 0;
            seen = 0;
            estimate = 0;
            core = atCore;
        }
    }
}

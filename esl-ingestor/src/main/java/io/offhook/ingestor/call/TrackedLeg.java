package io.offhook.ingestor.call;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A leg and what the tracker alone needs of it. Confined to the tracker's thread. */
final class TrackedLeg {

    /**
     * What waits until the topic has been asked.
     *
     * @param sinceMillis when the evidence for a closing was complete: a sign of life after it withdraws it
     * @param done runs when it has been worked on
     */
    record Waiting(LegInput input, long sinceMillis, Runnable done) {}

    /** A question to the topic that is open. */
    static final class Search {
        final ArrayDeque<Waiting> inputs = new ArrayDeque<>(2);
        /** Append time to read from, milliseconds since the epoch. */
        final long sinceMillis;
        /** Until then a leg that the topic does not know is asked for again: another ingestor may just be publishing it. */
        final long giveUpMillis;
        long askAtMillis;

        Search(long sinceMillis, long giveUpMillis, long askAtMillis) {
            this.sinceMillis = sinceMillis;
            this.giveUpMillis = giveUpMillis;
            this.askAtMillis = askAtMillis;
        }
    }

    /** {@code null} while the leg is only looked for. */
    Leg leg;
    /** The uuids that the channel has borne, its first one first. */
    final List<String> names = new ArrayList<>(1);
    String node;
    /** Core-UUID of the process that has the leg, {@code null} when unknown. */
    String core;
    /** The last time, microseconds by FreeSWITCH's clock, that the leg was known alive before the present connection. */
    long aliveMicros;
    /** When FreeSWITCH last spoke of it, by the clock that never goes back; {@link Long#MIN_VALUE} when it has not. */
    long seenMillis = Long.MIN_VALUE;
    /** Its node was away since the leg was last known alive. */
    boolean inDoubt;
    /** Outputs that wait for the tenant; {@code null} when none do. */
    List<LegOutput> held;
    /** {@code null} when nothing waits for the topic. */
    Search search;
    long forgetAtMillis;

    boolean isOpen() { return leg != null && !leg.closed(); }

    /** Lets go of what is only needed to tell of the leg, once it has ended and all is told: there are many of them. */
    void slim() {
        if (leg.closed() && held == null) {
            leg = leg.withoutNumbers();
        }
    }

    String currentName() {
        return names.getLast();
    }
}

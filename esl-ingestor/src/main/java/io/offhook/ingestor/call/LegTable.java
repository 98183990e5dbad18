package io.offhook.ingestor.call;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Legs by each of their names; those that ended are remembered for a while. */
final class LegTable {

    private record Remembered(TrackedLeg leg, long untilMillis) {}

    private final Map<String, TrackedLeg> byName = new HashMap<>();
    private final Set<TrackedLeg> open = new LinkedHashSet<>();
    private final ArrayDeque<Remembered> closed = new ArrayDeque<>();
    private final long closedMemoryMillis;
    private final int maxClosed;

    LegTable(long closedMemoryMillis, int maxClosed) {
        this.maxClosed = maxClosed;
        this.closedMemoryMillis = closedMemoryMillis;
    }

    /** @return {@code null} for a name that no leg bears */
    TrackedLeg find(String name) {
        return name == null ? null : byName.get(name);
    }

    TrackedLeg add(String name) {
        var leg = new TrackedLeg();
        name(leg, name);
        return leg;
    }

    /** @return whether the name was free */
    boolean name(TrackedLeg leg, String name) {
        boolean free = byName.putIfAbsent(name, leg) == null;
        if (free) {
            leg.names.add(name);
        }
        return free;
    }

    Collection<TrackedLeg> open() {
        return open;
    }

    /** Takes over what is known of the leg now. */
    void update(TrackedLeg tracked, Leg leg, long nowMillis) {
        boolean wasClosed = tracked.leg != null && tracked.leg.closed();
        tracked.leg = leg;
        if (!leg.closed()) {
            open.add(tracked);
        } else if (open.remove(tracked) || !wasClosed) {
            tracked.forgetAtMillis = nowMillis + closedMemoryMillis;
            closed.addLast(new Remembered(tracked, tracked.forgetAtMillis));
        }
    }

    void drop(TrackedLeg leg) {
        open.remove(leg);
        leg.names.forEach(name -> byName.remove(name, leg));
    }

    void forgetOld(long nowMillis) {
        while (!closed.isEmpty() && (closed.getFirst().untilMillis() <= nowMillis || closed.size() > maxClosed)) {
            Remembered old = closed.removeFirst();
            // A uuid that was reused since has begun a life of its own, with a later time to forget it at.
            if (!old.leg().isOpen() && old.leg().forgetAtMillis == old.untilMillis()) {
                drop(old.leg());
            }
        }
    }
}

package io.offhook.dispatcher.lane;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The live deliveries of a lane: legs take turns, within a leg one at a time and in order. */
final class LiveQueue {

    private static final class Leg {
        private final ArrayDeque<LegDelivery> waiting = new ArrayDeque<>(2);
        private boolean inFlight;
        private long readySinceNanos;
    }

    private final Map<String, Leg> legs = new HashMap<>();
    private final ArrayDeque<String> ready = new ArrayDeque<>();
    private final LaneLoad load;
    private int waiting;

    /** @param load is told of all that begins and ends to wait */
    LiveQueue(LaneLoad load) {
        this.load = load;
    }

    /** Deliveries that have not started. */
    int waiting() {
        return waiting;
    }

    boolean hasReady() {
        return !ready.isEmpty();
    }

    /** An earlier event of the leg has not ended yet. */
    boolean holds(String uuid) {
        return legs.containsKey(uuid);
    }

    void add(LegDelivery delivery, long nowNanos) {
        String uuid = delivery.message().uuid();
        Leg leg = legs.get(uuid);
        if (leg == null) {
            leg = new Leg();
            legs.put(uuid, leg);
            makeReady(uuid, leg, nowNanos);
        }
        leg.waiting.addLast(delivery);
        addWaiting(1);
    }

    /** The next to send, {@code null} when none is ready. */
    LegDelivery start() {
        String uuid = ready.pollFirst();
        if (uuid == null) {
            return null;
        }
        Leg leg = legs.get(uuid);
        leg.inFlight = true;
        addWaiting(-1);
        return leg.waiting.removeFirst();
    }

    /** The leg's delivery under way was made: the next of the leg may go. */
    void ended(String uuid, long nowNanos) {
        Leg leg = legs.get(uuid);
        leg.inFlight = false;
        if (leg.waiting.isEmpty()) {
            legs.remove(uuid);
        } else {
            makeReady(uuid, leg, nowNanos);
        }
    }

    /** The leg that has been ready for longest, if that is longer than so. @return what waits of it, in order; none when it may wait */
    List<LegDelivery> removeOverdue(long nowNanos, long waitNanos) {
        String uuid = ready.peekFirst();
        if (uuid == null || nowNanos - legs.get(uuid).readySinceNanos <= waitNanos) {
            return List.of();
        }
        ready.removeFirst();
        return removeBehind(uuid);
    }

    /** The leg's delivery under way failed. @return what waited behind it, in order */
    List<LegDelivery> removeBehind(String uuid) {
        Leg leg = legs.remove(uuid);
        addWaiting(-leg.waiting.size());
        return List.copyOf(leg.waiting);
    }

    /** Takes out all that has not started of legs that have nothing under way, in order. */
    List<LegDelivery> removeIdleLegs() {
        return remove(_ -> true, false);
    }

    /** Takes out all that has not started and fits. */
    List<LegDelivery> removeWaiting(Predicate<LegDelivery> fits) {
        return remove(fits, true);
    }

    private List<LegDelivery> remove(Predicate<LegDelivery> fits, boolean alsoBehindInFlight) {
        var removed = new ArrayList<LegDelivery>();
        legs.entrySet().removeIf(entry -> {
            Leg leg = entry.getValue();
            if (leg.inFlight && !alsoBehindInFlight) {
                return false;
            }
            leg.waiting.removeIf(delivery -> fits.test(delivery) && removed.add(delivery));
            boolean idle = !leg.inFlight && leg.waiting.isEmpty();
            if (idle) {
                ready.remove(entry.getKey());
            }
            return idle;
        });
        addWaiting(-removed.size());
        return removed;
    }

    private void makeReady(String uuid, Leg leg, long nowNanos) {
        leg.readySinceNanos = nowNanos;
        ready.addLast(uuid);
    }

    private void addWaiting(int more) {
        waiting += more;
        load.addWaiting(more);
    }
}

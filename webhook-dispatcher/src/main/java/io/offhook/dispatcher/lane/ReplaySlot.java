package io.offhook.dispatcher.lane;

/** A lane's place for replays: one delivery waits or is under way. Guarded by the lane's lock. */
final class ReplaySlot {

    private ReplayDelivery waiting;
    private int inFlight;

    /** @return false when the place is taken */
    boolean offer(ReplayDelivery delivery) {
        if (isReady() || inFlight > 0) {
            return false;
        }
        waiting = delivery;
        return true;
    }

    boolean isReady() { return waiting != null && waiting.isWanted(); }

    /** Requests under way, 1 at most. */
    int inFlight() {
        return inFlight;
    }

    /** @return {@code null} when what waited has been called back at this moment */
    ReplayDelivery start() {
        ReplayDelivery next = waiting;
        waiting = null;
        if (!next.begin()) {
            return null;
        }
        inFlight = 1;
        return next;
    }

    void ended() {
        inFlight = 0;
    }

    /** Gives back what waits. */
    void clear(HandOffReason reason) {
        if (waiting != null) {
            waiting.handedOff(reason);
            waiting = null;
        }
    }
}

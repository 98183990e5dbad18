package io.offhook.dispatcher.lane;

import java.util.concurrent.atomic.AtomicInteger;

/** What all lanes of a dispatcher hold together, and what that leaves for each. */
final class LaneLoad {

    /** The rest is left for what is under way, and on its way to the retry topic, which counts as unsettled too. */
    private static final double PART_FOR_QUEUES = 0.75;

    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final FairShare queues;
    private final FairShare slots;

    LaneLoad(LaneSettings settings) {
        this.queues = new FairShare((int) Math.max(1, settings.maxUnsettled() * PART_FOR_QUEUES));
        this.slots = new FairShare(settings.maxInFlight());
    }

    void addWaiting(int more) {
        waiting.addAndGet(more);
    }

    /** Live deliveries that have not started. */
    int waiting() {
        return waiting.get();
    }

    void started() {
        inFlight.incrementAndGet();
    }

    void ended() {
        inFlight.decrementAndGet();
    }

    int inFlight() {
        return inFlight.get();
    }

    /**
     * How many deliveries one lane may have waiting now. With 20,000 unsettled ones allowed 100 hanging receivers have 148 each, 1,000 of
     * them 14: memory never stops the reading for their sake.
     */
    int queueLimit() {
        return queues.limit(waiting.get());
    }

    /** How many requests one lane may have under way now: of 2,048, 1,000 hanging receivers have 2 each. */
    int slotLimit() {
        return slots.limit(inFlight.get());
    }
}

package io.offhook.dispatcher.lane;

import java.util.concurrent.atomic.AtomicInteger;

/** What all lanes of a dispatcher hold together, and what that leaves for each. */
final class LaneLoad {

    /** What drains within that time is on its way, and does not count as hanging. */
    private static final int DRAIN_SECONDS = 4;

    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final FairShare queues;
    private final FairShare slots;

    LaneLoad(LaneSettings settings) {
        // Half: what is under way, and on its way to the retry topic, counts as unsettled too.
        this.queues = new FairShare(settings.maxUnsettled() / 2);
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
     * How many deliveries one lane may have waiting now. With 20,000 unsettled ones allowed 100 hanging receivers have 99 each, 1,000 of
     * them 9: memory never stops the reading for their sake.
     *
     * @param perSecond deliveries that it makes in a second
     */
    int queueLimit(int perSecond) {
        return Math.max(queues.limit(waiting.get()), DRAIN_SECONDS * perSecond);
    }

    /** How many requests one lane may have under way now: of 2,048, 1,000 hanging receivers have 2 each. */
    int slotLimit() {
        return slots.limit(inFlight.get());
    }
}

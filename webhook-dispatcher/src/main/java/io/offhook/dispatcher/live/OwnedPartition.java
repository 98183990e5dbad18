package io.offhook.dispatcher.live;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.offhook.dispatcher.lane.LegAffinity;

/** A partition of the events topic while this dispatcher owns it. */
final class OwnedPartition {

    /** Legs whose hangup has not come; one that is pushed out is only treated like one of before the assignment. */
    private static final int MAX_LEGS = 50_000;

    private final int number;
    private final PartitionOffsets offsets;
    private final RecentIds ids;
    private final Map<String, LegAffinity> legs = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, LegAffinity> eldest) {
            return size() > MAX_LEGS;
        }
    };
    /** Behind the last hand-off to this partition of the retry topic that is known here; until its end is known, out of reach. */
    private final AtomicLong handedOffTo = new AtomicLong(Long.MAX_VALUE);
    private final AtomicInteger open = new AtomicInteger();
    private volatile boolean lost;

    OwnedPartition(int number, long position, Duration idMemory) {
        this.number = number;
        this.offsets = new PartitionOffsets(position);
        this.ids = new RecentIds(idMemory.toNanos());
    }

    int number() {
        return number;
    }

    PartitionOffsets offsets() {
        return offsets;
    }

    RecentIds ids() {
        return ids;
    }

    /** {@code null} for a leg of which nothing was seen since the assignment. */
    LegAffinity leg(String uuid) {
        return legs.get(uuid);
    }

    LegAffinity trackLeg(String uuid) {
        return legs.computeIfAbsent(uuid, _ -> new LegAffinity());
    }

    void trackLeg(String uuid, LegAffinity leg) {
        legs.put(uuid, leg);
    }

    void endLeg(String uuid) {
        legs.remove(uuid);
    }

    long handedOffTo() {
        return handedOffTo.get();
    }

    boolean knowsRetryEnd() {
        return handedOffTo.get() != Long.MAX_VALUE;
    }

    /** The end of the retry partition at the assignment, or later. */
    void onRetryEnd(long end) {
        handedOffTo.updateAndGet(known -> known == Long.MAX_VALUE ? end : Math.max(known, end));
    }

    void onHandOff(long offset) {
        handedOffTo.updateAndGet(known -> known == Long.MAX_VALUE ? known : Math.max(known, offset + 1));
    }

    /** Deliveries that were accepted and have neither been settled nor forgotten. */
    AtomicInteger open() {
        return open;
    }

    /** Another dispatcher has it: outcomes are no longer ours to settle. */
    void lose() {
        lost = true;
    }

    boolean isLost() { return lost; }
}

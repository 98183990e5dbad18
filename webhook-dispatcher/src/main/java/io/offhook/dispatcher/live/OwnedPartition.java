package io.offhook.dispatcher.live;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.offhook.dispatcher.endpoint.RegistrySnapshot;
import io.offhook.dispatcher.lane.LegAffinity;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/** A partition of the events topic while this dispatcher owns it. */
final class OwnedPartition {

    /** Legs whose hangup has not come; one that is pushed out is only treated like one of before the assignment. */
    private static final int MAX_LEGS = 50_000;

    /** The next owner reads back from such a mark: a second more or less makes no difference. */
    private static final long MARK_MILLIS = 1_000;

    private static final long TAIL_WAIT_NANOS = 2_000_000_000;

    private final int number;
    private final long begin;
    private final CommittedState before;
    private final PartitionOffsets offsets;
    /** Append times of a few records, by their offsets: from the last one not behind the prefix on. On the loop's thread. */
    private final TreeMap<Long, Long> appended = new TreeMap<>();
    private final RecentIds ids;
    private final Map<String, LegAffinity> legs = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, LegAffinity> eldest) {
            return size() > MAX_LEGS;
        }
    };
    /** By endpoint the offset behind its last hand-off to this partition of the retry topic, unless that is a row by now. */
    private final Map<UUID, Long> handedOff = new ConcurrentHashMap<>();
    /** The hand-offs of former owners are known too. */
    private volatile boolean tailKnown;
    private final long ownedSinceNanos = System.nanoTime();
    private final AtomicInteger open = new AtomicInteger();
    private volatile boolean lost;

    /**
     * @param begin the offset that was committed: what lies before it is only read for its ids
     * @param before what the former owner told with it
     */
    OwnedPartition(int number, long begin, CommittedState before, Duration idMemory) {
        this.number = number;
        this.begin = begin;
        this.before = before;
        this.offsets = new PartitionOffsets(begin);
        this.ids = new RecentIds(idMemory.toNanos(), System.nanoTime());
    }

    int number() {
        return number;
    }

    PartitionOffsets offsets() {
        return offsets;
    }

    /** Whether the record was settled before this dispatcher had the partition. */
    boolean wasSettled(long offset) {
        return offset < begin || offset - begin < before.settled().length()
                && before.settled().get((int) (offset - begin));
    }

    /** Whether neither this record nor any behind it was settled before this dispatcher had the partition. */
    boolean isBehindWhatWasSettled(long offset) {
        return offset - begin >= before.settled().length();
    }

    /** Whether the record lies before what is ours to settle. */
    boolean isBefore(long offset) {
        return offset < begin;
    }

    void onAppended(long offset, long millis) {
        if (appended.isEmpty() || millis - appended.lastEntry().getValue() >= MARK_MILLIS) {
            appended.put(offset, millis);
        }
    }

    /** What is settled now, and what the next owner should know of it. */
    OffsetAndMetadata toCommit() {
        PartitionOffsets.Settled settled = offsets.settled();
        Map.Entry<Long, Long> mark = appended.floorEntry(settled.prefix());
        if (mark != null) {
            appended.headMap(mark.getKey()).clear();
        }
        var state = new CommittedState(mark == null ? before.appendedMillis() : mark.getValue(), settled.behind());
        return new OffsetAndMetadata(settled.prefix(), state.encode());
    }

    RecentIds ids() {
        return ids;
    }

    /** Empty for a leg of which nothing was taken since the assignment. */
    Optional<LegAffinity> leg(String uuid) {
        return Optional.ofNullable(legs.get(uuid));
    }

    LegAffinity trackLeg(String uuid, LegAffinity leg) {
        LegAffinity known = legs.putIfAbsent(uuid, leg);
        return known == null ? leg : known;
    }

    void endLeg(String uuid) {
        legs.remove(uuid);
    }

    /** The hand-offs of former owners that may not be rows, by endpoint the offset behind the last. */
    void onTail(Map<UUID, Long> tail) {
        tail.forEach((endpoint, end) -> handedOff.merge(endpoint, end, Math::max));
        tailKnown = true;
    }

    /**
     * Whether to read it: hardly a moment passes until the tail is known, and until then a later event of a leg already begun would
     * have to be handed off. A tail that takes long (PostgreSQL has been away for hours) is not waited for.
     */
    boolean isReadable(long nowNanos) {
        return tailKnown || nowNanos - ownedSinceNanos > TAIL_WAIT_NANOS;
    }

    void onHandOff(UUID endpoint, long offset) {
        handedOff.merge(endpoint, offset + 1, Math::max);
    }

    /**
     * Nothing of the endpoint's legs in this partition waits anywhere, as far as the snapshot can know: no rows, and no hand-off that
     * was not yet a row when it was taken (R5).
     */
    boolean isClean(UUID endpoint, RegistrySnapshot snapshot) {
        if (!tailKnown || snapshot.hasOpenRows(endpoint)) {
            return false;
        }
        Long end = handedOff.get(endpoint);
        if (end != null && end <= snapshot.persistedTo(number)) {
            handedOff.remove(endpoint, end);
            return true;
        }
        return end == null;
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

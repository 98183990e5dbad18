package io.offhook.dispatcher.live;

import java.util.LinkedHashMap;

/** The ids seen in a partition lately. Of records with one id the first is the event; the others are duplicates (R4). */
final class RecentIds {

    /** About 100 bytes an id: a partition's share of 20 MB even if ten partitions are this busy. */
    private static final int MAX_IDS = 200_000;

    private final LinkedHashMap<String, Long> seenAt = new LinkedHashMap<>();
    private final long memoryNanos;

    RecentIds(long memoryNanos) {
        this.memoryNanos = memoryNanos;
    }

    /** @return false for an id that was seen within the memory */
    boolean isNew(String id, long nowNanos) {
        while (!seenAt.isEmpty()
                && (nowNanos - seenAt.firstEntry().getValue() > memoryNanos || seenAt.size() > MAX_IDS)) {
            seenAt.pollFirstEntry();
        }
        return seenAt.putIfAbsent(id, nowNanos) == null;
    }
}

package io.offhook.ingestor.call;

import java.util.HashMap;
import java.util.Map;

/**
 * How far each node's clock is from ours. FreeSWITCH counts on from the time at which it started and ignores corrections of the
 * machine's clock, so its times can be off by any amount. The freshest of the latest events tells: none arrives before it happens, so
 * the smallest difference of the last one to two minutes is the offset and the shortest way together. A node tells its events in
 * their order, so a date far before the one before it is a step of its clock, after which the offset is learnt anew.
 */
final class NodeClocks {

    private static final long WINDOW_MILLIS = 60_000;
    /** Threads date their events a little before they tell them; an operator's {@code fsctl sync_clock} steps further. */
    private static final long STEP_MICROS = 10_000_000;
    private static final long NONE = Long.MAX_VALUE;

    private static final class Offset {
        private long windowEndsMillis;
        private long latestMicros;
        private long before = NONE;
        private long current = NONE;
    }

    private final Map<String, Offset> offsets = new HashMap<>();

    /**
     * @param atMicros the event's date by FreeSWITCH's clock
     * @param wallMillis when it arrived, since the epoch by our clock
     */
    void heard(String node, long atMicros, long wallMillis) {
        if (atMicros <= 0) {
            return;
        }
        Offset offset = offsets.computeIfAbsent(node, _ -> new Offset());
        if (atMicros < offset.latestMicros - STEP_MICROS) {
            offset.before = NONE;
            offset.current = NONE;
        }
        offset.latestMicros = atMicros;
        if (wallMillis >= offset.windowEndsMillis) {
            // Also after a long silence: an ingestor that was frozen reads what has waited, which must not pass for fresh.
            offset.before = offset.current;
            offset.current = NONE;
            offset.windowEndsMillis = wallMillis + WINDOW_MILLIS;
        }
        offset.current = Math.min(offset.current, wallMillis - atMicros / 1000);
    }

    /** A node's time as milliseconds since the epoch by our clock; a node that was never heard is taken to be right. */
    long wallMillis(String node, long micros) {
        Offset offset = offsets.get(node);
        long difference = offset == null ? NONE : Math.min(offset.before, offset.current);
        return micros / 1000 + (difference == NONE ? 0 : difference);
    }
}

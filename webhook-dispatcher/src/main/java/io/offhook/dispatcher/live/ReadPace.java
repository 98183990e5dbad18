package io.offhook.dispatcher.live;

import java.util.concurrent.TimeUnit;

import io.offhook.dispatcher.lane.Backlog;

/**
 * How fast the topic is read while lanes have enough. After a stop, or at a start under full load, the topic holds more than can be sent
 * at once, and what cannot be sent yet stays there rather than overflow its lane. But the next record may be for a receiver that is idle:
 * reading is never slower than the least rate where few receivers are behind. Where many are, the dispatcher itself is, and reading rests
 * until it has caught up, 30 s at most and again a tenth of the time since. Of one thread; times are {@link System#nanoTime}.
 */
final class ReadPace {

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_REST_NANOS = 30 * SECOND_NANOS;
    private static final int REFILL = 10;

    private final int leastPerSecond;
    private long nextNanos;
    private long restLeft = LONGEST_REST_NANOS;
    private long countedNanos;
    private boolean resting;

    ReadPace(int leastPerSecond, long nowNanos) {
        this.leastPerSecond = leastPerSecond;
        this.nextNanos = nowNanos;
        this.countedNanos = nowNanos;
    }

    /** So many records were read now. */
    void onRead(int records, long nowNanos) {
        count(nowNanos);
        resting = false;
        nextNanos = nowNanos + records * SECOND_NANOS / leastPerSecond;
    }

    /** Whether the next read may wait a moment, with so much waiting in the lanes; asked again after it. */
    boolean mayWait(Backlog backlog, long nowNanos) {
        count(nowNanos);
        boolean due = nowNanos - nextNanos >= 0;
        resting = due && backlog == Backlog.OF_MANY && restLeft > 0;
        return resting || !due && backlog != Backlog.LITTLE;
    }

    private void count(long nowNanos) {
        long passed = nowNanos - countedNanos;
        countedNanos = nowNanos;
        restLeft = resting
                ? Math.max(0, restLeft - passed)
                : Math.min(LONGEST_REST_NANOS, restLeft + passed / REFILL);
    }
}

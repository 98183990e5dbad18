package io.offhook.dispatcher.live;

import java.util.concurrent.TimeUnit;

/**
 * How fast the topic is read while lanes have enough: as slowly as the least rate, and no slower. After a stop the topic holds more than
 * receivers take at once, and what they cannot take yet stays there rather than overflow their lanes. But the next record may be for a
 * receiver that is idle: where less than the least rate is appended, reading keeps up whatever the others do. Of one thread; times
 * are {@link System#nanoTime}.
 */
final class ReadPace {

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final int leastPerSecond;
    private long nextNanos;

    ReadPace(int leastPerSecond, long nowNanos) {
        this.leastPerSecond = leastPerSecond;
        this.nextNanos = nowNanos;
    }

    /** So many records were read now. */
    void onRead(int records, long nowNanos) {
        nextNanos = nowNanos + records * SECOND_NANOS / leastPerSecond;
    }

    /** Whether the next read may wait, if lanes have enough. */
    boolean mayWait(long nowNanos) {
        return nowNanos - nextNanos < 0;
    }
}

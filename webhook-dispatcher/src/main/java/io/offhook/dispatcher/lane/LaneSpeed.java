package io.offhook.dispatcher.lane;

import java.time.Duration;

/** What a lane could make in a second, from how long its deliveries take. Times are {@link System#nanoTime}. */
final class LaneSpeed {

    /** A delivery counts for an eighth, so that some ten of them tell how it goes now. */
    private static final int WEIGHT = 8;
    /** No receiver is taken for faster than 0.1 ms a delivery: a clock that stands still must not make a lane endless. */
    private static final double LEAST_NANOS = 100_000;
    private static final long MOVING_NANOS = Duration.ofSeconds(1).toNanos();

    private double nanosPerDelivery;
    /** When something was delivered, or the lane began to have work: then it is given as long to show that it moves. */
    private long movedAt = System.nanoTime() - MOVING_NANOS;

    /** There is work after none. */
    void onBegun(long nowNanos) {
        movedAt = nowNanos;
    }

    void onDelivered(Duration took, long nowNanos) {
        movedAt = nowNanos;
        double nanos = Math.max(LEAST_NANOS, took.toNanos());
        nanosPerDelivery += nanosPerDelivery == 0 ? nanos : (nanos - nanosPerDelivery) / WEIGHT;
    }

    /** Deliveries that so many slots make in a second; 0 while nothing is known. */
    int perSecond(int slots) {
        return nanosPerDelivery == 0 ? 0 : (int) (slots * 1e9 / nanosPerDelivery);
    }

    /** Whether something was delivered within the last second, or could not have been yet: it does not hang. */
    boolean isMoving(long nowNanos) {
        return nowNanos - movedAt < MOVING_NANOS;
    }
}

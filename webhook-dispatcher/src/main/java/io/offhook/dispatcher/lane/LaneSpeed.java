package io.offhook.dispatcher.lane;

/** How many deliveries a lane makes in a second, by the clock {@link System#nanoTime}. */
final class LaneSpeed {

    private static final long WINDOW_NANOS = 1_000_000_000;

    private long window;
    private int made;
    private int madeBefore;

    LaneSpeed(long nowNanos) {
        this.window = nowNanos;
    }

    void onDelivered(long nowNanos) {
        turn(nowNanos);
        made++;
    }

    /** Deliveries of the last whole second, or of the present one if they are more already. */
    int perSecond(long nowNanos) {
        turn(nowNanos);
        return Math.max(made, madeBefore);
    }

    private void turn(long nowNanos) {
        long passed = nowNanos - window;
        if (passed >= WINDOW_NANOS) {
            madeBefore = passed < 2 * WINDOW_NANOS ? made : 0;
            made = 0;
            window = nowNanos;
        }
    }
}

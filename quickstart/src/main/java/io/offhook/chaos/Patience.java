package io.offhook.chaos;

import java.time.Duration;

/**
 * How long any condition may take: wide, since machines are slow at times, but never beyond the end of the run.
 *
 * @param longest of one wait
 * @param endNanos of {@link System#nanoTime()}: whoever waits then gives up
 */
public record Patience(Duration longest, long endNanos) {

    private static final Duration NO_END = Duration.ofDays(365);

    /** Bounds each wait and not their sum. */
    public static Patience ofEachWait(Duration longest) {
        return new Patience(longest, System.nanoTime() + NO_END.toNanos());
    }

    /** Until the end of the run; zero when it has come. */
    Duration untilEnd() {
        return Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
    }

    boolean isOver() { return untilEnd().isZero(); }

    /** What a wait that begins now may take. */
    Duration left() {
        return leftBeyond(Duration.ZERO);
    }

    /** @param usual what it takes where nothing is slow */
    Duration leftBeyond(Duration usual) {
        Duration wanted = longest.plus(usual);
        Duration most = untilEnd();
        return wanted.compareTo(most) < 0 ? wanted : most;
    }
}

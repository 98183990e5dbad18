package io.offhook.chaos;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for conditions, never for time to pass. */
record Waiting(Duration patience) {

    /** A condition is looked at often enough for faults of some hundred milliseconds. */
    private static final long LOOK_MILLIS = 10;

    /** @throws OutOfPatienceException when the time is up before the condition holds */
    void until(String what, BooleanSupplier condition) throws InterruptedException {
        if (!within(condition)) {
            throw new OutOfPatienceException("not seen within " + patience.toSeconds() + " s: " + what);
        }
    }

    /** Whether the condition came to hold in time. */
    boolean within(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return condition.getAsBoolean();
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return true;
    }
}

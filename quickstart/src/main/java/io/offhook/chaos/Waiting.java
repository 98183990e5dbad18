package io.offhook.chaos;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Waits for conditions, never for time to pass.
 *
 * @param patience how long at most
 * @param look time between two looks at a condition: looking takes from what is looked at
 */
record Waiting(Duration patience, Duration look) {

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
            Thread.sleep(look);
        }
        return true;
    }
}

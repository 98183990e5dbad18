package io.offhook.chaos;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Waits for conditions, never for time to pass.
 *
 * @param patience how long at most
 * @param look time between two looks at a condition: looking takes from what is looked at
 */
record Waiting(Patience patience, Duration look) {

    /** With no more patience than that. */
    Waiting atMost(Duration limit) {
        return new Waiting(new Patience(limit, patience.endNanos()), look);
    }

    /** @throws OutOfPatienceException when the time is up before the condition holds */
    void until(String what, BooleanSupplier condition) throws InterruptedException {
        until(what, Duration.ZERO, condition);
    }

    /**
     * @param usual what it takes where nothing is slow
     * @throws OutOfPatienceException when the time is up before the condition holds
     */
    void until(String what, Duration usual, BooleanSupplier condition) throws InterruptedException {
        Duration limit = patience.leftBeyond(usual);
        if (!within(limit, condition)) {
            throw new OutOfPatienceException((patience.isOver()
                    ? "the time of the run is up, not seen in its last "
                    : "not seen within ") + limit.toSeconds() + " s: " + what);
        }
    }

    /** Whether the condition came to hold in time. */
    boolean within(BooleanSupplier condition) throws InterruptedException {
        return within(patience.left(), condition);
    }

    private boolean within(Duration limit, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return condition.getAsBoolean();
            }
            Thread.sleep(look);
        }
        return true;
    }
}

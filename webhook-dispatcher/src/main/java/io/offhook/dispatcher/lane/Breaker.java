package io.offhook.dispatcher.lane;

/**
 * Whether an endpoint is worth trying. A row of failures without a success between them opens it; from then on only the outcome of
 * a probe moves it. What was under way when it opened says nothing new: those outcomes do not count.
 */
final class Breaker {

    private final int threshold;
    private int failures;
    private boolean open;
    private int epoch;

    /** @param threshold failures in a row that open it */
    Breaker(int threshold) {
        this.threshold = threshold;
    }

    boolean isOpen() { return open; }

    /** Marks a request's start; its outcome counts only while this stays the same. */
    int epoch() {
        return epoch;
    }

    void onSuccess(int startedIn) {
        if (startedIn == epoch) {
            failures = 0;
        }
    }

    /** @return true when this failure opened it */
    boolean onFailure(int startedIn) {
        if (startedIn != epoch || open) {
            return false;
        }
        failures++;
        if (failures < threshold) {
            return false;
        }
        open();
        return true;
    }

    void open() {
        if (!open) {
            open = true;
            epoch++;
        }
    }

    void close() {
        if (open) {
            open = false;
            epoch++;
        }
        failures = 0;
    }
}

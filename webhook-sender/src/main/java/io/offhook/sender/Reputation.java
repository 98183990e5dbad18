package io.offhook.sender;

import java.time.Duration;

/**
 * What the look-ups of one name were like lately, which decides the threads that the next one gets. A name without a past is no more
 * trusted than it has earned, and one that failed is trusted again after {@value #PROOF} answers in a row: one that answers and hangs by
 * turns never is. What is older than the memory is forgotten. Guarded by its owner.
 */
final class Reputation {

    enum Standing {
        /** Answered, and was not in trouble lately. */
        PROVEN,
        /** Has no past that counts. */
        NEW,
        /** Was refused lately, in time. */
        FAILED,
        /** Held a thread to the limit lately. */
        HUNG
    }

    private static final int PROOF = 3;

    private final long memoryNanos;
    private Standing standing = Standing.NEW;
    /** Of the last answer of a proven name, of the last trouble of another. */
    private long since;
    private int answersInARow;

    Reputation(Duration memory) {
        this.memoryNanos = memory.toNanos();
    }

    Standing standing(long now) {
        return now - since < memoryNanos ? standing : Standing.NEW;
    }

    void answered(long now) {
        answersInARow++;
        boolean untroubled = switch (standing(now)) {
            case PROVEN, NEW -> true;
            case FAILED, HUNG -> false;
        };
        if (untroubled || answersInARow >= PROOF) {
            change(Standing.PROVEN, now);
        }
    }

    /** One that hung before still counts as such: what costs a thread is the worse trouble. */
    void failed(long now) {
        change(standing(now) == Standing.HUNG ? Standing.HUNG : Standing.FAILED, now);
        answersInARow = 0;
    }

    void hung(long now) {
        change(Standing.HUNG, now);
        answersInARow = 0;
    }

    private void change(Standing next, long now) {
        standing = next;
        since = now;
    }
}

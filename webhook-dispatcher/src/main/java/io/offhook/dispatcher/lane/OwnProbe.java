package io.offhook.dispatcher.lane;

import java.time.Duration;
import java.util.Optional;

/**
 * When this dispatcher may probe an endpoint by itself, with a live delivery: while PostgreSQL, which tells the fleet whose turn it
 * is, is away. Times are {@link System#nanoTime}.
 */
final class OwnProbe {

    /** A probe that comes to no outcome (its partition was lost) is due again after the longest that an attempt may last. */
    private static final long LONGEST_ATTEMPT_NANOS = Duration.ofSeconds(60).toNanos();

    private final ProbeDelays delays;
    private int step;
    private long due;

    OwnProbe(ProbeDelays delays) {
        this.delays = delays;
    }

    /** The breaker is open at this step, as far as is known. */
    void opened(int atStep, Optional<Duration> retryAfter, long now) {
        step = atStep;
        due = now + delays.before(atStep, retryAfter).toNanos();
    }

    void failed(Optional<Duration> retryAfter, long now) {
        opened(step + 1, retryAfter, now);
    }

    /** @return true when one is due, which is then the caller's */
    boolean take(long now) {
        if (now - due < 0) {
            return false;
        }
        due = now + LONGEST_ATTEMPT_NANOS;
        return true;
    }

    int step() {
        return step;
    }
}

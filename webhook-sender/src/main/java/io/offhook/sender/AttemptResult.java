package io.offhook.sender;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * How one attempt ended.
 *
 * @param statusCode the response's status, also when the response failed after it; {@code null} when none arrived
 * @param error {@code null} exactly when delivered
 * @param errorDetail one line of at most 300 characters, without secrets; {@code null} exactly when delivered
 * @param duration from the call of {@code send} to the end, on a monotonic clock
 * @param responseExcerpt the first 16 KiB of the response's body as text; invalid UTF-8 and NUL stand as U+FFFD; empty when there
 *        is none
 * @param remoteAddress {@code address:port} of the last connection tried, IPv6 in brackets; {@code null} when none was tried
 * @param retryAfter what the receiver asked for, 0 to 1 hour
 * @param attemptedAt when {@code send} was called, by the wall clock
 */
public record AttemptResult(Outcome outcome, Integer statusCode, AttemptError error, String errorDetail,
        Duration duration, String responseExcerpt, String remoteAddress, Optional<Duration> retryAfter,
        Instant attemptedAt) {

    public AttemptResult {
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(duration, "duration");
        Objects.requireNonNull(responseExcerpt, "responseExcerpt");
        Objects.requireNonNull(retryAfter, "retryAfter");
        Objects.requireNonNull(attemptedAt, "attemptedAt");
        if ((outcome == Outcome.DELIVERED) != (error == null)) {
            throw new IllegalArgumentException("error: " + error + " (expected: one unless delivered)");
        }
    }

    public boolean delivered() {
        return outcome == Outcome.DELIVERED;
    }

    /** Whether the lane should send fewer at once. */
    public boolean slowsLane() {
        return Outcome.slowsLane(statusCode, error);
    }
}

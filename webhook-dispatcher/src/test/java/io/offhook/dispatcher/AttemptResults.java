package io.offhook.dispatcher;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import io.offhook.sender.AttemptError;
import io.offhook.sender.AttemptResult;
import io.offhook.sender.Outcome;

/** Outcomes of attempts as the sender reports them. */
public final class AttemptResults {

    private AttemptResults() {}

    public static AttemptResult delivered() {
        return result(Outcome.DELIVERED, 200, null, Optional.empty());
    }

    /** The endpoint is broken. */
    public static AttemptResult serverError() {
        return result(Outcome.ENDPOINT_FAILURE, 500, AttemptError.HTTP_5XX, Optional.empty());
    }

    /** The endpoint has too much. */
    public static AttemptResult unavailable() {
        return result(Outcome.ENDPOINT_FAILURE, 503, AttemptError.HTTP_5XX, Optional.empty());
    }

    public static AttemptResult tooMany(Duration retryAfter) {
        return result(Outcome.ENDPOINT_FAILURE, 429, AttemptError.HTTP_4XX, Optional.of(retryAfter));
    }

    /** The endpoint is well and wants this message never. */
    public static AttemptResult refused() {
        return result(Outcome.MESSAGE_FAILURE, 422, AttemptError.HTTP_4XX, Optional.empty());
    }

    public static AttemptResult gone() {
        return result(Outcome.GONE, 410, AttemptError.HTTP_4XX, Optional.empty());
    }

    private static AttemptResult result(Outcome outcome, Integer status, AttemptError error,
            Optional<Duration> retryAfter) {
        return new AttemptResult(outcome, status, error, error == null ? null : "status " + status,
                Duration.ofMillis(1), "", "127.0.0.1:80", retryAfter, Instant.EPOCH);
    }
}

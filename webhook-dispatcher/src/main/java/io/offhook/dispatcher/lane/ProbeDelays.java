package io.offhook.dispatcher.lane;

import java.time.Duration;
import java.util.Optional;

/** The back-off of an endpoint whose breaker is open. */
@FunctionalInterface
public interface ProbeDelays {

    /**
     * Until the next probe.
     *
     * @param step 1 for the first
     * @param retryAfter what the receiver asked for: never earlier
     */
    Duration before(int step, Optional<Duration> retryAfter);
}

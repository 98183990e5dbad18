package io.offhook.dispatcher.lane;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

import io.offhook.dispatcher.endpoint.RegisteredEndpoint;
import io.offhook.sender.AttemptResult;

/** What a lane tells the rest of the fleet and the books. Called under the lane's lock: must not block. */
public interface LaneEvents {

    /** The breaker opened here; other dispatchers do not know it yet. */
    void opened(UUID endpoint, Optional<Duration> retryAfter);

    /** The endpoint answered a probe: the fleet may send again. */
    void probeSucceeded(UUID endpoint);

    void probeFailed(UUID endpoint, Optional<Duration> retryAfter);

    /** The first failure since a success, or the first success since a failure. */
    void degraded(UUID endpoint, boolean degraded);

    /** The endpoint answered 410 Gone. */
    void gone(UUID endpoint);

    void attempted(Delivery delivery, RegisteredEndpoint endpoint, AttemptResult result);
}

package io.offhook.dispatcher.lane;

import java.util.Optional;
import java.util.UUID;

import io.offhook.model.CallEventMessage;
import io.offhook.sender.AttemptResult;

/**
 * One event on its way to one endpoint. A lane ends each delivery that it accepted with exactly one of the calls below, which must
 * not block: the lane is locked while they run, so that what follows in the same leg is ended after it.
 */
public interface Delivery {

    UUID endpointId();

    CallEventMessage message();

    /** The number of the next attempt, from 1. */
    int attemptNumber();

    default Optional<UUID> replayId() {
        return Optional.empty();
    }

    void delivered(AttemptResult result);

    /** A POST was made, or tried, and failed. */
    void failed(AttemptResult result);

    void handedOff(HandOffReason reason);

    /** The endpoint is gone: never to be sent. */
    void dropped();
}

package io.offhook.dispatcher.attempt;

import java.util.Optional;
import java.util.UUID;

import io.offhook.dispatcher.endpoint.RegisteredEndpoint;
import io.offhook.model.CallEventMessage;
import io.offhook.sender.AttemptResult;

/** Told of each attempt once it has ended, on the thread that ended it: must neither block nor throw. */
@FunctionalInterface
public interface AttemptListener {

    /**
     * @param number 1 for the first attempt of the delivery
     * @param replayId empty for a live delivery
     * @param endpoint as it was when the attempt was made
     */
    void attempted(CallEventMessage message, int number, Optional<UUID> replayId, RegisteredEndpoint endpoint,
            AttemptResult result);

    default AttemptListener andThen(AttemptListener next) {
        return (message, number, replayId, endpoint, result) -> {
            attempted(message, number, replayId, endpoint, result);
            next.attempted(message, number, replayId, endpoint, result);
        };
    }
}

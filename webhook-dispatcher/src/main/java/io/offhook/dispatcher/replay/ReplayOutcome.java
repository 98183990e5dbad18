package io.offhook.dispatcher.replay;

import io.offhook.sender.AttemptResult;

/** What a lane made of a delivery. */
sealed interface ReplayOutcome {

    record Delivered() implements ReplayOutcome {}

    record Failed(AttemptResult result) implements ReplayOutcome {}

    /** It was not sent: the breaker has opened, the endpoint is disabled or gone, the dispatcher ends. */
    record Returned() implements ReplayOutcome {}
}

package io.offhook.dispatcher.retry;

import io.offhook.sender.AttemptResult;

/** How a claimed row ended. */
sealed interface Settlement {

    ClaimedRow row();

    record Delivered(ClaimedRow row, AttemptResult result) implements Settlement {}

    record Failed(ClaimedRow row, AttemptResult result) implements Settlement {}

    /** Not sent. */
    record Released(ClaimedRow row) implements Settlement {}
}

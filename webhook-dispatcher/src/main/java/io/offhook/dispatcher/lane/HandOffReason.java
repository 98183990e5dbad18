package io.offhook.dispatcher.lane;

import java.util.Locale;

/** Why a delivery was handed off without a POST. */
public enum HandOffReason {
    /** The lane has as many waiting as it may. */
    QUEUE_FULL,
    /** The endpoint is known to be failing. */
    BREAKER_OPEN,
    /** The endpoint's rate limit is spent and its queue is full. */
    RATE_LIMITED,
    /** An earlier event of the leg was handed off; this one waits behind it. */
    ORDERED,
    /** The dispatcher ends. */
    SHUTDOWN;

    /** The {@code last_error} of the row. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}

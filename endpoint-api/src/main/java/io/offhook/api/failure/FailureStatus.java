package io.offhook.api.failure;

import java.util.Locale;

/** Where a failed delivery stands. */
enum FailureStatus {
    /** It is due at {@code next_attempt_at}. */
    PENDING,
    /** Too old, or refused for itself too often; kept for 7 days. */
    EXHAUSTED,
    /** Given up by a user or with its endpoint. */
    DISCARDED,
    /** Delivered after all; final. */
    DELIVERED;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    String wireName() {
        return wireName;
    }

    static FailureStatus ofWireName(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }
}

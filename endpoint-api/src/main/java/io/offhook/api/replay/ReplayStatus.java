package io.offhook.api.replay;

import java.util.Locale;

/** Where a replay stands. */
enum ReplayStatus {
    PENDING, RUNNING, COMPLETED, CANCELLED, FAILED;

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}

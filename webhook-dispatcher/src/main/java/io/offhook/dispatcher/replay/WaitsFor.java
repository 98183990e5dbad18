package io.offhook.dispatcher.replay;

import java.util.Locale;

/** Why a replay delivers nothing now. */
enum WaitsFor {
    ENDPOINT_DISABLED, BREAKER_OPEN, KAFKA;

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}

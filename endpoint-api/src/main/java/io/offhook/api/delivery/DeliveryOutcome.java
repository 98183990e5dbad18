package io.offhook.api.delivery;

import java.util.Locale;

/** How an attempt ended. */
enum DeliveryOutcome {
    DELIVERED, FAILED;

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}

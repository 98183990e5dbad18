package io.offhook.api.call;

import java.time.Instant;

/**
 * What a leg counts for in the statistics.
 *
 * @param legs 1, or 0 for a leg that is not there
 * @param callEnd {@code null} while it is under way
 */
record LegCount(int legs, String tenant, Instant callStart, boolean answered, Instant callEnd, long durationSec,
        String hangupCause) {

    static final LegCount NONE = new LegCount(0, null, null, false, null, 0, null);
}

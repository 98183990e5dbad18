package io.offhook.model;

import java.util.Objects;

/**
 * Who a leg is: the values of its originate, frozen on all its events. FreeSWITCH changes the numbers on every transfer and flips
 * the caller id of calls that it placed itself; the webhooks of one leg never do.
 *
 * @param uuid FreeSWITCH's {@code Unique-ID} of the leg; chosen by the originator, so any text
 * @param calleeNumber {@code null} where FreeSWITCH gave none, as the others
 */
public record LegIdentity(String uuid, String calleeNumber, String callerIdNumber, String ani,
        CallDirection direction) {

    private static final int MAX_CODE_POINTS = 1024;

    public LegIdentity {
        Objects.requireNonNull(uuid, "uuid");
        uuid = bounded(uuid);
        calleeNumber = given(calleeNumber);
        callerIdNumber = given(callerIdNumber);
        ani = given(ani);
    }

    /**
     * What FreeSWITCH gave, or {@code null}: an empty header is {@code _undef_} in plain events and an empty string in JSON events
     * (switch_utils.c, switch_event.c), neither of which is a value. Cut to 1,024 code points.
     */
    public static String given(String text) {
        return text == null || text.isEmpty() || text.equals("_undef_") ? null : bounded(text);
    }

    private static String bounded(String text) {
        // A text of n chars has at most n code points, so short texts need no counting.
        if (text.length() <= MAX_CODE_POINTS || text.codePointCount(0, text.length()) <= MAX_CODE_POINTS) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, MAX_CODE_POINTS));
    }
}

package io.offhook.sender;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

import org.apache.hc.client5.http.utils.DateUtils;

/** {@code Retry-After}, RFC 9110 section 10.2.3: seconds or an HTTP date. */
final class RetryAfter {

    /** A receiver may ask for a pause, not for silence: beyond this Offhook's own back-off decides. */
    static final Duration LONGEST = Duration.ofHours(1);

    private static final Pattern SECONDS = Pattern.compile("[+-]?\\d+");
    /** More digits than any pause below the cap has, and few enough for a {@code long}. */
    private static final int MAX_DIGITS = 9;

    private RetryAfter() {}

    /** @return from 0 to 1 hour; empty when the value is neither form */
    static Optional<Duration> parse(String value, Instant now) {
        String text = value.strip();
        if (SECONDS.matcher(text).matches()) {
            if (text.startsWith("-")) {
                return Optional.of(Duration.ZERO);
            }
            return Optional
                    .of(text.length() > MAX_DIGITS ? LONGEST : bounded(Duration.ofSeconds(Long.parseLong(text))));
        }
        return Optional.ofNullable(DateUtils.parseStandardDate(text)).map(at -> bounded(Duration.between(now, at)));
    }

    private static Duration bounded(Duration asked) {
        if (asked.isNegative()) {
            return Duration.ZERO;
        }
        return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }
}

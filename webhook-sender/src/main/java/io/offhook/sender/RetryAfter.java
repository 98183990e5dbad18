package io.offhook.sender;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * {@code Retry-After}, RFC 9110 section 10.2.3: seconds or an HTTP date in any of the three forms of section 5.6.7. (HttpClient's own
 * parser reads two-digit years as 20xx and misses the third form.)
 */
final class RetryAfter {

    /** A receiver may ask for a pause, not for silence: beyond this Offhook's own back-off decides. */
    static final Duration LONGEST = Duration.ofHours(1);

    private static final Pattern SECONDS = Pattern.compile("[+-]?\\d+");
    /** More digits than any pause below the cap has, and few enough for a {@code long}. */
    private static final int MAX_DIGITS = 9;
    private static final Pattern WEEKDAY = Pattern.compile("^[A-Za-z]{3,9},? ");
    private static final DateTimeFormatter IMF_FIXDATE = format("d MMM uuuu HH:mm:ss 'GMT'");
    private static final DateTimeFormatter ASCTIME = format("MMM [ ]d HH:mm:ss uuuu");
    /** RFC 9110: a two-digit year more than 50 years ahead means the past. */
    private static final int YEARS_BACK = 49;

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
        String withoutWeekday = WEEKDAY.matcher(text).replaceFirst("");
        for (DateTimeFormatter form : List.of(IMF_FIXDATE, rfc850(now), ASCTIME)) {
            try {
                Instant at = LocalDateTime.parse(withoutWeekday, form).toInstant(ZoneOffset.UTC);
                return Optional.of(bounded(Duration.between(now, at)));
            } catch (DateTimeParseException e) {
                // Perhaps the next form; a header that is none of them is as good as absent.
            }
        }
        return Optional.empty();
    }

    private static DateTimeFormatter rfc850(Instant now) {
        LocalDate base = LocalDate.ofInstant(now, ZoneOffset.UTC).minusYears(YEARS_BACK);
        return new DateTimeFormatterBuilder().appendPattern("dd-MMM-")
                .appendValueReduced(ChronoField.YEAR, 2, 2, base)
                .appendPattern(" HH:mm:ss 'GMT'")
                .toFormatter(Locale.ENGLISH);
    }

    private static DateTimeFormatter format(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH);
    }

    private static Duration bounded(Duration asked) {
        if (asked.isNegative()) {
            return Duration.ZERO;
        }
        return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }
}

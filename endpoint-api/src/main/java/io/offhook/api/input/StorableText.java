package io.offhook.api.input;

import java.util.Optional;

/** Text that a PostgreSQL {@code text} can hold: it has no NUL, and UTF-8 has no half of a surrogate pair. */
final class StorableText {

    private StorableText() {}

    static Optional<String> refusal(String text) {
        if (text.indexOf('\0') >= 0) {
            return Optional.of("holds a NUL character (expected: none)");
        }
        if (text.codePoints().anyMatch(StorableText::isHalfPair)) {
            return Optional.of("holds half of a surrogate pair (expected: whole characters)");
        }
        return Optional.empty();
    }

    /** The text with what cannot be stored shown as U+FFFD. */
    static String visible(String text) {
        return text.codePoints().map(c -> c == 0 || isHalfPair(c) ? 0xFFFD : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }

    private static boolean isHalfPair(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }
}

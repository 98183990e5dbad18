package io.offhook.api.input;

import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

import io.offhook.api.problem.FieldErrors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads an object field by field. A wrong field adds its message and reads as its default, so that the next ones are read too;
 * {@link #finish()} then refuses the request with all messages, those for unknown fields included.
 */
public final class Fields {

    private static final int MAX_SHOWN = 100;
    private static final int FIRST_YEAR = 0;
    private static final int LAST_YEAR = 9999;

    private final ObjectNode object;
    private final FieldErrors errors;
    private final Set<String> known = new HashSet<>();

    public Fields(ObjectNode object, FieldErrors errors) {
        this.object = object;
        this.errors = errors;
    }

    public FieldErrors errors() {
        return errors;
    }

    /** Whether the field is there, be it as {@code null}. */
    public boolean has(String name) {
        known.add(name);
        return object.has(name);
    }

    /** Takes note that a field may be there without being read. */
    public void ignore(String... names) {
        known.addAll(List.of(names));
    }

    /**
     * @param min and max: in characters, as code points
     * @return {@code fallback} when the field is absent or wrong
     */
    public String text(String name, int min, int max, String fallback) {
        if (!has(name)) {
            return fallback;
        }
        JsonNode value = object.get(name);
        if (value.isString() && lengthIn(value.stringValue(), min, max)) {
            return value.stringValue();
        }
        return refuse(name, value, "a string of " + min + " to " + max + " characters", fallback);
    }

    /** As {@link #text}, but {@code null} is a value of its own. */
    public String textOrNull(String name, int min, int max, String fallback) {
        return isNull(name) ? null : text(name, min, max, fallback);
    }

    /** A text that no message may repeat; {@code null} when it is absent or no text. */
    public String hiddenText(String name) {
        return has(name) && object.get(name).isString() ? object.get(name).stringValue() : null;
    }

    public boolean isNull(String name) {
        return has(name) && object.get(name).isNull();
    }

    public int wholeNumber(String name, int min, int max, int fallback) {
        Integer number = wholeNumberWithin(name, min, max, "a whole number from " + min + " to " + max);
        return number == null ? fallback : number;
    }

    public Integer wholeNumberOrNull(String name, int min, int max) {
        return isNull(name)
                ? null
                : wholeNumberWithin(name, min, max, "null or a whole number from " + min + " to " + max);
    }

    private Integer wholeNumberWithin(String name, int min, int max, String allowed) {
        if (!has(name)) {
            return null;
        }
        JsonNode value = object.get(name);
        if (value.isIntegralNumber()) {
            BigInteger number = value.bigIntegerValue();
            if (number.compareTo(BigInteger.valueOf(min)) >= 0 && number.compareTo(BigInteger.valueOf(max)) <= 0) {
                return number.intValueExact();
            }
        }
        return refuse(name, value, allowed, null);
    }

    public boolean flag(String name, boolean fallback) {
        if (!has(name)) {
            return fallback;
        }
        JsonNode value = object.get(name);
        return value.isBoolean() ? value.booleanValue() : refuse(name, value, "true or false", fallback);
    }

    /**
     * One of the names of an enumeration.
     *
     * @param wireName how a constant is written
     * @return {@code null} when absent or wrong
     */
    public <E extends Enum<E>> E choice(String name, Class<E> type, Function<E, String> wireName) {
        if (!has(name)) {
            return null;
        }
        JsonNode value = object.get(name);
        E found = constant(value, type, wireName);
        return found == null ? refuse(name, value, "one of " + names(type, wireName), null) : found;
    }

    /** At least one of the names of an enumeration, in its order whatever the order given; all of them by default. */
    public <E extends Enum<E>> List<E> choices(String name, Class<E> type, Function<E, String> wireName) {
        List<E> all = List.of(type.getEnumConstants());
        if (!has(name)) {
            return all;
        }
        JsonNode value = object.get(name);
        List<E> found = new ArrayList<>();
        value.forEach(element -> found.add(constant(element, type, wireName)));
        if (!value.isArray() || found.isEmpty() || found.contains(null)) {
            return refuse(name, value, "a list of at least one of " + names(type, wireName), all);
        }
        return all.stream().filter(found::contains).toList();
    }

    private static <E extends Enum<E>> E constant(JsonNode value, Class<E> type, Function<E, String> wireName) {
        for (E constant : type.getEnumConstants()) {
            if (value.isString() && wireName.apply(constant).equals(value.stringValue())) {
                return constant;
            }
        }
        return null;
    }

    private static <E extends Enum<E>> String names(Class<E> type, Function<E, String> wireName) {
        return String.join(", ", List.of(type.getEnumConstants()).stream().map(wireName).toList());
    }

    /** @return {@code null} when absent or wrong */
    public UUID uuid(String name) {
        if (!has(name)) {
            return null;
        }
        JsonNode value = object.get(name);
        return value.isString() && Ids.parse(value.stringValue()).isPresent()
                ? Ids.parse(value.stringValue()).get()
                : refuse(name, value, "a UUID", null);
    }

    /** RFC 3339 with an offset; {@code null} when absent, {@code null} or wrong. */
    public Instant time(String name) {
        if (!has(name) || isNull(name)) {
            return null;
        }
        JsonNode value = object.get(name);
        try {
            if (value.isString()) {
                OffsetDateTime time = OffsetDateTime.parse(value.stringValue());
                int year = time.withOffsetSameInstant(ZoneOffset.UTC).getYear();
                if (year >= FIRST_YEAR && year <= LAST_YEAR) {
                    return time.toInstant();
                }
            }
        } catch (DateTimeParseException e) {
            // Refused below, like what is no text at all.
        }
        return refuse(name, value, "an RFC 3339 time such as 2026-01-31T12:00:00Z", null);
    }

    /** The members of an object; empty when the field is absent or no object. */
    public Set<Map.Entry<String, JsonNode>> members(String name, String allowed) {
        if (!has(name)) {
            return Set.of();
        }
        JsonNode value = object.get(name);
        return value.isObject() ? value.properties() : refuse(name, value, allowed, Set.of());
    }

    /** @throws io.offhook.api.problem.ProblemException 400 when a field was wrong or unknown */
    public void finish() {
        for (String name : object.propertyNames()) {
            if (!known.contains(name)) {
                errors.add(shortened(name), "unknown field (expected: one of " + String.join(", ",
                        known.stream().sorted().toList()) + ")");
            }
        }
        errors.throwIfAny();
    }

    /** Adds the message for a value that is not what is allowed. */
    public void refuse(String name, String allowed) {
        refuse(name, object.get(name), allowed, null);
    }

    private <T> T refuse(String name, JsonNode value, String allowed, T fallback) {
        errors.add(name, shortened(value.toString()) + " (expected: " + allowed + ")");
        return fallback;
    }

    /** At most 100 characters of it, for a message. */
    public static String shortened(String text) {
        return text.codePointCount(0, text.length()) <= MAX_SHOWN
                ? text
                : text.substring(0, text.offsetByCodePoints(0, MAX_SHOWN)) + "...";
    }

    private static boolean lengthIn(String text, int min, int max) {
        int length = text.codePointCount(0, text.length());
        return length >= min && length <= max;
    }
}

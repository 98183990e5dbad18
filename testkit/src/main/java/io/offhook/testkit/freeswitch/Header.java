package io.offhook.testkit.freeswitch;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One header of a FreeSWITCH event. Values are bytes, because a header may hold bytes that are no UTF-8; an array header (a
 * variable that was pushed to) holds several of them.
 *
 * @param name   header name as it stands in the event
 * @param array  whether FreeSWITCH treats it as an array (JSON array, {@code ARRAY::a|:b} in plain)
 * @param values one value, or the elements of the array
 */
public record Header(String name, boolean array, List<byte[]> values) {

    public Header {
        values = List.copyOf(values);
    }

    /** A header with one value, encoded as UTF-8. */
    public static Header of(String name, String value) {
        return ofBytes(name, value.getBytes(StandardCharsets.UTF_8));
    }

    /** A header with one value given as bytes, which pass unchanged through the JSON encoder even when they are no UTF-8. */
    public static Header ofBytes(String name, byte[] value) {
        return new Header(name, false, List.of(value));
    }

    /** An array header. */
    public static Header array(String name, List<String> values) {
        return new Header(name, true, values.stream().map(value -> value.getBytes(StandardCharsets.UTF_8)).toList());
    }

    /** The value, or the first element of an array, decoded as UTF-8 with replacement. */
    public String text() {
        return values.isEmpty() ? "" : new String(values.getFirst(), StandardCharsets.UTF_8);
    }
}

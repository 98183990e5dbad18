package io.offhook.testkit.freeswitch;

import java.nio.charset.StandardCharsets;

/**
 * The body of a {@code text/event-plain} frame, byte for byte as {@code switch_event_serialize} writes it.
 * <p>
 * Values are percent-encoded by the rules of {@code switch_url_encode_opt} (switch_utils.c) without double encoding: a {@code %}
 * that two upper-case hex digits follow stays as it is, which makes the format lossy.
 */
final class PlainEncoder {
    private static final byte[] ARRAY = "ARRAY::".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ARRAY_SEPARATOR = "|:".getBytes(StandardCharsets.US_ASCII);
    private static final String UNSAFE = "\r\n #%&+:;<=>?@[\\]^`{|}\"";
    private static final String HEX = "0123456789ABCDEF";

    private PlainEncoder() {}

    static byte[] encode(EventData event) {
        ByteSink sink = new ByteSink(4096);
        for (Header header : event.headers()) {
            sink.add(header.name());
            sink.add(": ");
            value(joined(header), sink);
            sink.add('\n');
        }
        if (event.body() == null) {
            sink.add('\n');
        } else {
            sink.add("Content-Length: " + event.body().length + "\n\n");
            sink.add(event.body());
        }
        return sink.toBytes();
    }

    /** Encodes a whole value; an empty one is {@code _undef_}. */
    static void value(byte[] value, ByteSink sink) {
        if (value.length == 0) {
            sink.add("_undef_");
        } else {
            part(value, sink);
        }
    }

    /** Encodes a part of a value. */
    static void part(byte[] value, ByteSink sink) {
        for (int i = 0; i < value.length; i++) {
            int octet = value[i] & 0xff;
            if (octet == '%' && i + 2 < value.length && isHex(value[i + 1]) && isHex(value[i + 2])) {
                sink.add(octet);
            } else if (octet < ' ' || octet > '~' || UNSAFE.indexOf(octet) >= 0) {
                sink.add('%');
                sink.add(HEX.charAt(octet >> 4));
                sink.add(HEX.charAt(octet & 15));
            } else {
                sink.add(octet);
            }
        }
    }

    private static boolean isHex(byte octet) {
        return HEX.indexOf(octet) >= 0;
    }

    /** The value as text: an array in FreeSWITCH's own form. */
    static byte[] joined(Header header) {
        if (!header.array()) {
            return header.values().getFirst();
        }
        ByteSink sink = new ByteSink(128);
        sink.add(ARRAY);
        for (int i = 0; i < header.values().size(); i++) {
            if (i > 0) {
                sink.add(ARRAY_SEPARATOR);
            }
            sink.add(header.values().get(i));
        }
        return sink.toBytes();
    }
}

package io.offhook.testkit.freeswitch;

import java.nio.charset.StandardCharsets;

/**
 * The body of a {@code text/event-json} frame, byte for byte as FreeSWITCH's cJSON writes it: no white space, no trailing newline,
 * duplicate keys kept, bytes above 0x7E as they are (also when they are no UTF-8).
 */
final class JsonEncoder {
    private static final String HEX = "0123456789abcdef";

    private JsonEncoder() {}

    static byte[] encode(EventData event) {
        ByteSink sink = new ByteSink(4096);
        sink.add('{');
        for (Header header : event.headers()) {
            separate(sink);
            string(header.name(), sink);
            sink.add(':');
            value(header, sink);
        }
        if (event.body() != null) {
            separate(sink);
            sink.add("\"Content-Length\":\"" + event.body().length + "\",\"_body\":\"");
            part(event.body(), sink);
            sink.add('"');
        }
        sink.add('}');
        return sink.toBytes();
    }

    private static void separate(ByteSink sink) {
        if (sink.size() > 1) {
            sink.add(',');
        }
    }

    private static void value(Header header, ByteSink sink) {
        if (header.array()) {
            sink.add('[');
            for (int i = 0; i < header.values().size(); i++) {
                if (i > 0) {
                    sink.add(',');
                }
                quoted(header.values().get(i), sink);
            }
            sink.add(']');
        } else {
            quoted(header.values().getFirst(), sink);
        }
    }

    static void string(String text, ByteSink sink) {
        quoted(text.getBytes(StandardCharsets.UTF_8), sink);
    }

    private static void quoted(byte[] value, ByteSink sink) {
        sink.add('"');
        part(value, sink);
        sink.add('"');
    }

    /** Escapes a part of a string, without the quotes around it. */
    static void part(byte[] value, ByteSink sink) {
        for (byte octet : value) {
            switch (octet) {
                case '"' -> sink.add("\\\"");
                case '\\' -> sink.add("\\\\");
                case '\b' -> sink.add("\\b");
                case '\f' -> sink.add("\\f");
                case '\n' -> sink.add("\\n");
                case '\r' -> sink.add("\\r");
                case '\t' -> sink.add("\\t");
                default -> other(octet & 0xff, sink);
            }
        }
    }

    private static void other(int octet, ByteSink sink) {
        if (octet < ' ') {
            sink.add("\\u00");
            sink.add(HEX.charAt(octet >> 4));
            sink.add(HEX.charAt(octet & 15));
        } else {
            sink.add(octet);
        }
    }
}

package io.offhook.testkit.freeswitch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One event of a templated call. What does not change from call to call is encoded once for each format, so that rendering is
 * copying; {@link #data} makes the headers themselves for whoever needs them.
 */
final class TemplateEvent {
    private final String name;
    private final int leg;
    private final long offset;
    private final boolean full;
    private final List<TemplateHeader> headers;
    private final List<Object> plain;
    private final List<Object> json;
    private final int plainSize;
    private final int jsonSize;

    /** A header whose values are parts. */
    record TemplateHeader(String name, boolean array, List<List<Part>> values) {}

    TemplateEvent(String name, int leg, long offset, List<TemplateHeader> headers) {
        this.name = name;
        this.leg = leg;
        this.offset = offset;
        this.headers = List.copyOf(headers);
        this.full = headers.stream().anyMatch(header -> header.name().equals("variable_uuid"));
        this.plain = pieces(EventFormat.PLAIN);
        this.json = pieces(EventFormat.JSON);
        this.plainSize = size(plain);
        this.jsonSize = size(json);
    }

    String name() {
        return name;
    }

    /** Index of its leg. */
    int leg() {
        return leg;
    }

    /** Microseconds since the first event of the captured call. */
    long offset() {
        return offset;
    }

    /** Whether it carries the channel's variables. */
    boolean full() {
        return full;
    }

    byte[] frame(EventFormat format, CallBinding call, long sequence) {
        boolean isPlain = format == EventFormat.PLAIN;
        ByteSink sink = new ByteSink(isPlain ? plainSize : jsonSize);
        for (Object piece : isPlain ? plain : json) {
            switch (piece) {
                case byte[] text -> sink.add(text);
                case Part part -> encode(part.value(call, sequence).getBytes(StandardCharsets.UTF_8), format, sink);
                default -> throw new IllegalStateException("piece: " + piece + " (expected: bytes or a part)");
            }
        }
        return EventData.frame(format, sink.toBytes());
    }

    EventData data(CallBinding call, long sequence) {
        List<Header> result = new ArrayList<>(headers.size());
        for (TemplateHeader header : headers) {
            List<String> values = header.values.stream().map(parts -> text(parts, call, sequence)).toList();
            result.add(header.array ? Header.array(header.name, values) : Header.of(header.name, values.getFirst()));
        }
        return EventData.of(result);
    }

    private static String text(List<Part> parts, CallBinding call, long sequence) {
        StringBuilder text = new StringBuilder();
        parts.forEach(part -> text.append(part.value(call, sequence)));
        return text.toString();
    }

    private List<Object> pieces(EventFormat format) {
        Pieces pieces = new Pieces(format);
        boolean isPlain = format == EventFormat.PLAIN;
        String separator = isPlain ? "" : "{";
        for (TemplateHeader header : headers) {
            pieces.raw(
                    isPlain ? header.name + ": " : separator + "\"" + header.name + "\":" + (header.array ? "[" : ""));
            for (int i = 0; i < header.values.size(); i++) {
                if (isPlain) {
                    pieces.raw(header.array ? (i == 0 ? "ARRAY%3A%3A" : "%7C%3A") : "");
                    pieces.value(header.values.get(i));
                } else {
                    pieces.raw(i == 0 ? "\"" : ",\"");
                    pieces.value(header.values.get(i));
                    pieces.raw("\"");
                }
            }
            pieces.raw(isPlain ? "\n" : header.array ? "]" : "");
            separator = ",";
        }
        pieces.raw(isPlain ? "\n" : "}");
        return pieces.done();
    }

    private static int size(List<Object> pieces) {
        return pieces.stream().mapToInt(piece -> piece instanceof byte[] text ? text.length : 40).sum() + 64;
    }

    private static void encode(byte[] value, EventFormat format, ByteSink sink) {
        if (format == EventFormat.PLAIN) {
            PlainEncoder.part(value, sink);
        } else {
            JsonEncoder.part(value, sink);
        }
    }

    /** Joins encoded text between two parts that change. */
    private static final class Pieces {
        private final EventFormat format;
        private final List<Object> pieces = new ArrayList<>();
        private ByteSink text = new ByteSink(256);

        Pieces(EventFormat format) {
            this.format = format;
        }

        void raw(String more) {
            text.add(more);
        }

        void value(List<Part> parts) {
            int before = text.size();
            for (Part part : parts) {
                if (part instanceof Part.Text literal) {
                    encode(literal.text().getBytes(StandardCharsets.UTF_8), format, text);
                } else {
                    pieces.add(text.toBytes());
                    pieces.add(part);
                    text = new ByteSink(256);
                    before = -1;
                }
            }
            if (format == EventFormat.PLAIN && text.size() == before) {
                text.add("_undef_");
            }
        }

        List<Object> done() {
            pieces.add(text.toBytes());
            return List.copyOf(pieces);
        }
    }
}

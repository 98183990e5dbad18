package io.offhook.testkit.freeswitch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * One FreeSWITCH event as a list of headers in their order, duplicates kept.
 *
 * @param headers all headers but {@code Content-Length} and {@code _body} of a body
 * @param body    the body, or null when the event has none
 */
public record EventData(List<Header> headers, byte[] body) {

    public EventData {
        headers = List.copyOf(headers);
    }

    /** An event without a body. */
    public static EventData of(List<Header> headers) {
        return new EventData(headers, null);
    }

    /** The first header of that name (FreeSWITCH compares names without case). */
    public Optional<Header> header(String name) {
        return headers.stream().filter(header -> header.name().equalsIgnoreCase(name)).findFirst();
    }

    /** The text of the first header of that name, or the empty string. */
    public String text(String name) {
        return header(name).map(Header::text).orElse("");
    }

    /** {@code Event-Name}. */
    public String name() {
        return text("Event-Name");
    }

    /** The bytes of the frame's body in that format. */
    public byte[] encode(EventFormat format) {
        return switch (format) {
            case PLAIN -> PlainEncoder.encode(this);
            case JSON -> JsonEncoder.encode(this);
        };
    }

    /** The whole frame: {@code Content-Length}, {@code Content-Type}, blank line, body. */
    public byte[] frame(EventFormat format) {
        return frame(format, encode(format));
    }

    static byte[] frame(EventFormat format, byte[] body) {
        ByteSink sink = new ByteSink(body.length + 80);
        sink.add("Content-Length: " + body.length + "\nContent-Type: text/event-" + format.word() + "\n\n");
        sink.add(body);
        return sink.toBytes();
    }

    Editor edit() {
        return new Editor(new ArrayList<>(headers), body);
    }

    static Editor blank() {
        return new Editor(new ArrayList<>(), null);
    }

    /** Builds an event from another one. */
    static final class Editor {
        private final List<Header> headers;
        private byte[] body;

        private Editor(List<Header> headers, byte[] body) {
            this.headers = headers;
            this.body = body;
        }

        /** Replaces the first header of that name, or adds one at the end. */
        Editor set(String name, String value) {
            for (int i = 0; i < headers.size(); i++) {
                if (headers.get(i).name().equals(name)) {
                    headers.set(i, Header.of(name, value));
                    return this;
                }
            }
            headers.add(Header.of(name, value));
            return this;
        }

        /** Adds a header after the first one named {@code anchor}, also when one of that name is there already. */
        Editor addAfter(String anchor, String name, String value) {
            for (int i = 0; i < headers.size(); i++) {
                if (headers.get(i).name().equals(anchor)) {
                    headers.add(i + 1, Header.of(name, value));
                    return this;
                }
            }
            headers.add(Header.of(name, value));
            return this;
        }

        Editor add(Header header) {
            headers.add(header);
            return this;
        }

        Editor removeIf(Predicate<String> name) {
            headers.removeIf(header -> name.test(header.name()));
            return this;
        }

        Editor body(String text) {
            body = text.getBytes(StandardCharsets.UTF_8);
            return this;
        }

        Editor body(byte[] bytes) {
            body = bytes;
            return this;
        }

        EventData build() {
            return new EventData(headers, body);
        }
    }
}

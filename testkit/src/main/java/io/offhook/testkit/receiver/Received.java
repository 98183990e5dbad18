package io.offhook.testkit.receiver;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One request as it arrived.
 *
 * @param arrivedNanos {@link System#nanoTime()} when its last byte had been read
 * @param arrivedAt the same moment by the wall clock
 * @param connection number of the connection that it came on, from 1
 * @param method as sent
 * @param target path and query as sent
 * @param headers in the order of the wire
 * @param body the bytes, not decoded; not to be changed
 * @param answer what the receiver did: a status code, or the name of the misbehaviour; empty while it is being chosen
 */
public record Received(long arrivedNanos, Instant arrivedAt, long connection, String method, String target,
        List<Header> headers, byte[] body, String answer) {

    /** One header line, the name as sent. */
    public record Header(String name, String value) {}

    /** The target without its query. */
    public String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /** The first value of a header, whatever the case of its name. */
    public Optional<String> header(String name) {
        for (Header header : headers) {
            if (header.name().equalsIgnoreCase(name)) {
                return Optional.of(header.value());
            }
        }
        return Optional.empty();
    }

    /** {@code webhook-id}; empty text without one. */
    public String webhookId() {
        return header("webhook-id").orElse("");
    }

    /** {@code offhook-replay-id}; empty text for a live delivery. */
    public String replayId() {
        return header("offhook-replay-id").orElse("");
    }

    /** {@code offhook-attempt}; empty text without one. */
    public String attempt() {
        return header("offhook-attempt").orElse("");
    }

    /** The leg that the event belongs to: the id up to its last underscore ({@code <uuid>_<action>}). */
    public String leg() {
        String id = webhookId();
        return id.substring(0, Math.max(0, id.lastIndexOf('_')));
    }

    /** What happened to the leg: the id behind its last underscore. */
    public String action() {
        String id = webhookId();
        return id.substring(id.lastIndexOf('_') + 1);
    }

    /** Whether the answer was a 2xx status. */
    public boolean accepted() {
        return answer.length() == 3 && answer.charAt(0) == '2';
    }

    /** The body as UTF-8 text; invalid bytes become U+FFFD. */
    public String bodyText() {
        return new String(body, StandardCharsets.UTF_8);
    }

    Received answered(String label) {
        return new Received(arrivedNanos, arrivedAt, connection, method, target, headers, body, label);
    }

    @Override
    public String toString() {
        return method + " " + target + " id=" + webhookId() + " -> " + answer;
    }
}

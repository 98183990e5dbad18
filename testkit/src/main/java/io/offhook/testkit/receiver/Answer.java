package io.offhook.testkit.receiver;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** What the receiver does with a request that it has read. */
public sealed interface Answer {

    /** What the ledger calls it: a status code, or the name of the misbehaviour. */
    String label();

    /** A complete response. */
    record Response(int status, Map<String, String> headers, byte[] body) implements Answer {
        @Override
        public String label() {
            return String.valueOf(status);
        }

        /** The same with one more header. */
        public Response with(String name, String value) {
            Map<String, String> more = new HashMap<>(headers);
            more.put(name, value);
            return new Response(status, Map.copyOf(more), body);
        }
    }

    /** Waits, then does something else. */
    record Delayed(Duration delay, Answer then) implements Answer {
        @Override
        public String label() {
            return then.label();
        }
    }

    /** Stops somewhere in the response and keeps the connection open. */
    record Hang(Stage stage) implements Answer {
        /** Where it stops. */
        public enum Stage {
            /** Before the first byte. */
            BEFORE,
            /** Within the header lines. */
            HEADERS,
            /** Within the body, 10 of 100 bytes sent. */
            BODY
        }

        @Override
        public String label() {
            return "hang/" + stage.name().toLowerCase();
        }
    }

    /** A 200 whose body of 1 GB comes one byte per interval. */
    record Drip(Duration interval) implements Answer {
        @Override
        public String label() {
            return "drip";
        }
    }

    /** A 200 with a body of so many bytes, as fast as the client reads. */
    record Huge(long bytes) implements Answer {
        @Override
        public String label() {
            return "huge";
        }
    }

    /** A 200 whose gzip body of about 1 KB per MiB inflates to so many MiB of zeros. */
    record GzipBomb(int mebibytes) implements Answer {
        @Override
        public String label() {
            return "gzip-bomb";
        }
    }

    /** Ends the connection instead of answering. */
    record HangUp(How how) implements Answer {
        /** In which way. */
        public enum How {
            /** TCP RST once the request is read. */
            RESET,
            /** TCP RST once the request's headers are read; the body is left unread. */
            RESET_EARLY,
            /** TCP FIN without a byte. */
            CLOSE,
            /** Bytes that are not HTTP, then FIN. */
            GARBAGE
        }

        @Override
        public String label() {
            return how == How.RESET_EARLY ? "reset/early" : how.name().toLowerCase();
        }
    }

    /** 200 with body {@code ok}. */
    static Response ok() {
        return status(200);
    }

    /** A status with a short text as body; 204 and 304 have none, as RFC 9110 section 6.4.1 wants. */
    static Response status(int status) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status: " + status + " (expected: 200-599)");
        }
        String body = status == 204 || status == 304 ? "" : status == 200 ? "ok" : "status " + status;
        return new Response(status, Map.of(), body.getBytes(StandardCharsets.UTF_8));
    }
}

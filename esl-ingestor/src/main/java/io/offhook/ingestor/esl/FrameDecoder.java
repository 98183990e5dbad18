package io.offhook.ingestor.esl;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import org.freeswitch.esl.client.transport.message.EslHeaders;

/**
 * Bytes in, frames out, in whatever pieces the bytes come. Tolerant of everything that a caller can put into a header, strict on
 * bounds. After damage (FreeSWITCH splices a notice into a frame that it could not finish, mod_event_socket.c kill_listener) it
 * finds the next frame by its first lines. Not thread-safe.
 */
final class FrameDecoder {

    /** The largest event measured has 131 KB; variables are unbounded in FreeSWITCH. */
    static final int MAX_BODY_BYTES = 16 * 1024 * 1024;
    /** A frame's own headers (not the event's) are two or three short lines; user directories add Allowed-API lists. */
    static final int MAX_HEAD_BYTES = 64 * 1024;
    static final int MAX_HEADERS = 64;

    private static final int INITIAL_BYTES = 64 * 1024;
    private static final String TEXT_EVENT_JSON = "text/event-json";
    /** Bodies of these may hold any text, so what looks like a frame in them is none. JSON has no raw line end. */
    private static final Set<String> RAW_BODIES = Set.of(EslHeaders.Value.API_RESPONSE, "log/data");

    private byte[] buffer = new byte[INITIAL_BYTES];
    private int from;
    private int to;
    /** Bytes from {@code from} on without which the frame begun there is not whole: no need to look again before. */
    private int needed;
    /** Bytes from {@code from} on in which no other frame begins; -1 where the body may hold any text. */
    private int scanned;
    /** Whether the body may hold any text from its first blank line on, as a plain event's may. */
    private boolean rawBehindBlankLine;
    private boolean searching;
    private boolean inStep = true;
    private long damages;

    /** Takes over what is readable in {@code bytes}; this is the one copy before a frame's body is cut out. */
    void append(ByteBuffer bytes) {
        int length = bytes.remaining();
        makeRoom(length);
        bytes.get(buffer, to, length);
        to += length;
    }

    /** How often the stream was found damaged, or a body too large, and was picked up again further on. */
    long damages() {
        return damages;
    }

    /** The next whole frame, or {@code null} until more bytes come. */
    EslFrame next() {
        while (true) {
            if (to - from < needed && !anotherFrameBegins(to) || searching && !findFrameStart()) {
                return null;
            }
            needed = 0;
            skipLineEnds();
            int bodyFrom = endOfHead();
            if (bodyFrom < 0 && to - from <= MAX_HEAD_BYTES) {
                return null;
            }
            Map<String, String> headers = bodyFrom < 0 ? null : parseHead(bodyFrom);
            long length = headers == null ? -1 : contentLength(headers);
            if (length < 0 || length > MAX_BODY_BYTES) {
                // What is too large is searched too: a damaged length is not worth what lies behind it.
                startSearch(from + 1);
                continue;
            }
            String type = headers.getOrDefault("Content-Type", "");
            scanned = RAW_BODIES.contains(type) ? -1 : bodyFrom - from;
            rawBehindBlankLine = type.equals(EslHeaders.Value.TEXT_EVENT_PLAIN);
            needed = bodyFrom - from + (int) length;
            if (to - from < needed) {
                continue;
            }
            EslFrame frame = cutOut(type, headers, bodyFrom, (int) length);
            if (frame != null) {
                return frame;
            }
        }
    }

    /** {@code null} when the frame is damaged, or while it cannot be told: the next one may begin in what it announced, even in its head. */
    private EslFrame cutOut(String type, Map<String, String> headers, int bodyFrom, int length) {
        byte[] body = Arrays.copyOfRange(buffer, bodyFrom, bodyFrom + length);
        EslEvent event = null;
        try {
            if (type.equals(TEXT_EVENT_JSON)) {
                event = JsonEvent.of(body);
            } else if (anotherFrameBegins(bodyFrom + length)) {
                return null;
            } else if (scanned >= 0 && scanned < bodyFrom - from + length) {
                // Its last bytes may be the first of a head: the next one tells.
                needed = to - from + 1;
                return null;
            } else if (type.equals(EslHeaders.Value.TEXT_EVENT_PLAIN)) {
                event = PlainEvent.of(body);
            }
        } catch (MalformedEventException e) {
            // Damage costs this frame; it is counted.
            startSearch(from + 1);
            return null;
        }
        from = bodyFrom + length;
        needed = 0;
        inStep = true;
        return new EslFrame(type, headers, body, event);
    }

    /**
     * Whether another frame begins inside this one before {@code end}: then this one was cut short, and the rest that it announced
     * will never come. Searches from its head on, since a frame may have begun in there already. Found at once, it delays nobody; without it the frames behind would wait for as many bytes.
     */
    private boolean anotherFrameBegins(int end) {
        if (scanned < 0) {
            return false;
        }
        for (int i = from + scanned; i < end; i++) {
            if (rawBehindBlankLine && buffer[i] == '\n' && buffer[i - 1] == '\n') {
                scanned = -1;
                return false;
            }
            FrameStart.Match start = FrameStart.at(buffer, i, to);
            if (start == FrameStart.Match.OPEN) {
                scanned = i - from;
                return false;
            }
            if (start == FrameStart.Match.YES) {
                startSearch(from + 1);
                return true;
            }
        }
        scanned = end - from;
        return false;
    }

    /** FreeSWITCH ends lines with LF; an empty line or two between frames does no harm. */
    private void skipLineEnds() {
        while (from < to && (buffer[from] == '\n' || buffer[from] == '\r')) {
            from++;
        }
    }

    /** The place after the blank line that ends the head, or -1. */
    private int endOfHead() {
        int limit = Math.min(to, from + MAX_HEAD_BYTES);
        for (int i = from; i + 1 < limit; i++) {
            if (buffer[i] == '\n') {
                if (buffer[i + 1] == '\n') {
                    return i + 2;
                }
                if (buffer[i + 1] == '\r' && i + 2 < limit && buffer[i + 2] == '\n') {
                    return i + 3;
                }
            }
        }
        return -1;
    }

    /** {@code null} when a line is no header, or when two heads have run into one: a length or a type that differs from the first. */
    private Map<String, String> parseHead(int end) {
        var headers = new LinkedHashMap<String, String>(4);
        int at = from;
        while (at < end && buffer[at] != '\n' && buffer[at] != '\r') {
            int lineEnd = at;
            while (buffer[lineEnd] != '\n') {
                lineEnd++;
            }
            int colon = at;
            while (colon < lineEnd && isNameByte(buffer[colon])) {
                colon++;
            }
            if (colon == lineEnd || buffer[colon] != ':' || colon == at || headers.size() == MAX_HEADERS) {
                return null;
            }
            String name = new String(buffer, at, colon - at, StandardCharsets.UTF_8);
            String value = new String(buffer, colon + 1, lineEnd - colon - 1, StandardCharsets.UTF_8).strip();
            String first = headers.putIfAbsent(name, value);
            if (first != null && !first.equals(value) && name.startsWith("Content-")) {
                return null;
            }
            at = lineEnd + 1;
        }
        return headers;
    }

    /** Frames have names such as Content-Length; anything else is the inside of something that was cut. */
    private static boolean isNameByte(byte b) {
        return b == '-' || b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || b == '_';
    }

    /** 0 for a frame without a body, -1 for a length that is none. */
    private static long contentLength(Map<String, String> headers) {
        String text = headers.get("Content-Length");
        if (text == null) {
            return headers.containsKey("Content-Type") ? 0 : -1;
        }
        if (text.isEmpty() || text.length() > 12 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        return Long.parseLong(text);
    }

    /** Whatever fails until the next whole frame is one damaged place. */
    private void startSearch(int at) {
        if (inStep) {
            damages++;
        }
        inStep = false;
        needed = 0;
        from = Math.min(at, to);
        searching = true;
    }

    /** Moves to the first place that looks like a frame's first two lines; false until it is there. */
    private boolean findFrameStart() {
        for (int i = from; i < to; i++) {
            FrameStart.Match start = FrameStart.at(buffer, i, to);
            if (start != FrameStart.Match.NO) {
                from = i;
                searching = start == FrameStart.Match.OPEN;
                return !searching;
            }
        }
        from = to;
        return false;
    }

    private void makeRoom(int length) {
        if (buffer.length - to >= length) {
            return;
        }
        int kept = to - from;
        byte[] target = buffer.length >= kept + length ? buffer : new byte[Math.max(buffer.length * 2, kept + length)];
        System.arraycopy(buffer, from, target, 0, kept);
        // After one huge event the buffer goes back to its usual size.
        buffer = kept + length <= INITIAL_BYTES && target.length > MAX_HEAD_BYTES * 16
                ? Arrays.copyOf(target, INITIAL_BYTES)
                : target;
        from = 0;
        to = kept;
    }
}

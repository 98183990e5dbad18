package io.offhook.ingestor.esl;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

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
    private static final String[] COMMON_WORDS = {"Content-Length", "Content-Type", TEXT_EVENT_JSON,
            EslHeaders.Value.TEXT_EVENT_PLAIN};
    private static final byte[][] COMMON_BYTES = Arrays.stream(COMMON_WORDS).map(FrameDecoder::ascii)
            .toArray(byte[][]::new);
    private static final byte[] LENGTH_LINE = ascii("Content-Length: ");
    private static final byte[] TYPE_LINE = ascii("Content-Type: ");
    private static final byte[][] TYPES = {ascii("text/event-"), ascii("text/disconnect-notice\n"),
            ascii("text/rude-rejection\n"),
            ascii("command/reply\n"), ascii("api/response\n"), ascii("auth/request\n"), ascii("log/data\n")};

    private byte[] buffer = new byte[INITIAL_BYTES];
    private int from;
    private int to;
    /** Bytes from {@code from} on without which the frame begun there is not whole: no need to look again before. */
    private int needed;
    private long toSkip;
    private boolean searching;
    private long damages;

    /** Takes over what is readable in {@code bytes}; this is the one copy before a frame's body is cut out. */
    void append(ByteBuffer bytes) {
        if (toSkip > 0) {
            int skipped = (int) Math.min(toSkip, bytes.remaining());
            bytes.position(bytes.position() + skipped);
            toSkip -= skipped;
        }
        int length = bytes.remaining();
        makeRoom(length);
        bytes.get(buffer, to, length);
        to += length;
    }

    /** How often the stream was found damaged and was picked up again further on, or a body was too large and was passed over. */
    long damages() {
        return damages;
    }

    /** The next whole frame, or {@code null} until more bytes come. */
    EslFrame next() {
        while (true) {
            if (to - from < needed || searching && !findFrameStart()) {
                return null;
            }
            needed = 0;
            skipLineEnds();
            int headEnd = endOfHead();
            if (headEnd < 0) {
                if (to - from <= MAX_HEAD_BYTES) {
                    return null;
                }
                startSearch(from + 1);
                continue;
            }
            Map<String, String> headers = parseHead(headEnd);
            int bodyFrom = headEnd;
            long length = headers == null ? -1 : contentLength(headers);
            if (length < 0) {
                startSearch(from + 1);
                continue;
            }
            if (length > MAX_BODY_BYTES) {
                passOver(bodyFrom, length);
                continue;
            }
            if (to - bodyFrom < length) {
                needed = bodyFrom - from + (int) length;
                return null;
            }
            EslFrame frame = cutOut(headers, bodyFrom, (int) length);
            if (frame != null) {
                return frame;
            }
        }
    }

    private EslFrame cutOut(Map<String, String> headers, int bodyFrom, int length) {
        byte[] body = Arrays.copyOfRange(buffer, bodyFrom, bodyFrom + length);
        String type = headers.getOrDefault("Content-Type", "");
        EslEvent event = null;
        try {
            if (type.equals(TEXT_EVENT_JSON)) {
                event = JsonEvent.of(body);
            } else if (type.equals(EslHeaders.Value.TEXT_EVENT_PLAIN)) {
                event = PlainEvent.of(body);
            }
        } catch (MalformedEventException e) {
            // The frame ends somewhere inside what it announced: the next one may begin in there.
            startSearch(bodyFrom);
            return null;
        }
        from = bodyFrom + length;
        return new EslFrame(type, headers, body, event);
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
        int lineEnd = AsciiBytes.indexOf(buffer, '\n', from, limit - 1);
        while (lineEnd >= 0) {
            if (buffer[lineEnd + 1] == '\n') {
                return lineEnd + 2;
            }
            if (buffer[lineEnd + 1] == '\r' && lineEnd + 2 < limit && buffer[lineEnd + 2] == '\n') {
                return lineEnd + 3;
            }
            lineEnd = AsciiBytes.indexOf(buffer, '\n', lineEnd + 1, limit - 1);
        }
        return -1;
    }

    /** {@code null} when a line is no header. */
    private Map<String, String> parseHead(int end) {
        var headers = new LinkedHashMap<String, String>(4);
        int at = from;
        while (at < end && buffer[at] != '\n' && buffer[at] != '\r') {
            int lineEnd = AsciiBytes.indexOf(buffer, '\n', at, end);
            int colon = at;
            while (colon < lineEnd && isNameByte(buffer[colon])) {
                colon++;
            }
            if (colon == lineEnd || buffer[colon] != ':' || colon == at || headers.size() == MAX_HEADERS) {
                return null;
            }
            headers.putIfAbsent(word(at, colon), word(colon + 1, lineEnd));
            at = lineEnd + 1;
        }
        return headers;
    }

    /** What stands there, without space around it. The words of an event's head are not made anew for each event. */
    private String word(int from, int to) {
        int begin = from;
        while (begin < to && buffer[begin] == ' ') {
            begin++;
        }
        for (int i = 0; i < COMMON_WORDS.length; i++) {
            byte[] word = COMMON_BYTES[i];
            if (word.length == to - begin && AsciiBytes.matches(buffer, begin, to, word)) {
                return COMMON_WORDS[i];
            }
        }
        return new String(buffer, begin, to - begin, StandardCharsets.UTF_8).strip();
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
        if (text.isEmpty() || text.length() > 12) {
            return -1;
        }
        long length = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            length = length * 10 + digit;
        }
        return length;
    }

    private void passOver(int bodyFrom, long length) {
        damages++;
        long buffered = Math.min(length, to - bodyFrom);
        from = bodyFrom + (int) buffered;
        toSkip = length - buffered;
    }

    private void startSearch(int at) {
        damages++;
        from = Math.min(at, to);
        searching = true;
    }

    /** Moves to the first place that looks like a frame's first two lines; false until it is there. */
    private boolean findFrameStart() {
        for (int i = from; i < to; i++) {
            Boolean start = isFrameStart(i);
            if (start == null) {
                from = i;
                return false;
            }
            if (start) {
                from = i;
                searching = false;
                return true;
            }
        }
        from = to;
        return false;
    }

    /** {@code null} while too few bytes are there to say. */
    private Boolean isFrameStart(int at) {
        if (buffer[at] != 'C') {
            return false;
        }
        Boolean length = startsWith(at, LENGTH_LINE);
        if (length == null) {
            return null;
        }
        int typeAt = at;
        if (length) {
            typeAt = at + LENGTH_LINE.length;
            while (typeAt < to && buffer[typeAt] >= '0' && buffer[typeAt] <= '9') {
                typeAt++;
            }
            if (typeAt == to) {
                return null;
            }
            if (buffer[typeAt++] != '\n') {
                return false;
            }
        }
        Boolean typeLine = startsWith(typeAt, TYPE_LINE);
        return typeLine == null || !typeLine ? typeLine : isType(typeAt + TYPE_LINE.length);
    }

    private Boolean isType(int at) {
        boolean open = false;
        for (byte[] type : TYPES) {
            Boolean matches = startsWith(at, type);
            if (matches == null) {
                open = true;
            } else if (matches) {
                return true;
            }
        }
        return open ? null : Boolean.FALSE;
    }

    private Boolean startsWith(int at, byte[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if (at + i >= to) {
                return null;
            }
            if (buffer[at + i] != wanted[i]) {
                return false;
            }
        }
        return true;
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

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

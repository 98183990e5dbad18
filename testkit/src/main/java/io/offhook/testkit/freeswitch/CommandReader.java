package io.offhook.testkit.freeswitch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the bytes of a client into commands, in whatever pieces they arrive: lines end with LF or CRLF, blank lines before a command
 * are skipped, a blank line ends it, and a {@code Content-Length} header announces a body.
 */
final class CommandReader {
    /** A command is some hundred bytes; a client that sends more without a blank line is broken. */
    private static final int MAX_HEAD = 1 << 16;
    private static final int MAX_BODY = 1 << 20;

    private final StringBuilder line = new StringBuilder();
    private final List<String> lines = new ArrayList<>();
    private int headBytes;
    private byte[] body;
    private int bodyRead;

    /**
     * A command with its header lines.
     *
     * @param text    first line
     * @param headers the lines after it, as {@code Name: value}
     * @param body    the body, null without a Content-Length
     */
    record Command(String text, List<String> headers, byte[] body) {}

    /** Whether a command has begun and is not complete: FreeSWITCH sends no events then. */
    boolean partial() {
        return !lines.isEmpty() || !line.isEmpty();
    }

    /**
     * Takes one byte.
     *
     * @return the command that it completes, else null
     * @throws IllegalArgumentException when the command is longer than 64 KiB or its body longer than 1 MiB
     */
    Command accept(byte octet) {
        if (body != null) {
            body[bodyRead++] = octet;
            return bodyRead == body.length ? complete() : null;
        }
        if (++headBytes > MAX_HEAD) {
            throw new IllegalArgumentException("command: more than 65536 bytes without a blank line");
        }
        if (octet == '\r') {
            return null;
        }
        if (octet != '\n') {
            line.append((char) (octet & 0xff));
            return null;
        }
        if (!line.isEmpty()) {
            lines.add(new String(line.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
            line.setLength(0);
            return null;
        }
        if (lines.isEmpty()) {
            headBytes = 0;
            return null;
        }
        int length = contentLength();
        if (length == 0) {
            return complete();
        }
        body = new byte[length];
        return null;
    }

    private int contentLength() {
        for (String header : lines.subList(1, lines.size())) {
            if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
                String value = header.substring(15).strip();
                if (!value.matches("\\d{1,7}") || Integer.parseInt(value) > MAX_BODY) {
                    throw new IllegalArgumentException("Content-Length: " + value + " (expected: 0 to 1048576)");
                }
                return Integer.parseInt(value);
            }
        }
        return 0;
    }

    private Command complete() {
        Command command = new Command(lines.getFirst(), List.copyOf(lines.subList(1, lines.size())), body);
        lines.clear();
        headBytes = 0;
        body = null;
        bodyRead = 0;
        return command;
    }
}

package io.offhook.ingestor.esl;

import java.nio.charset.StandardCharsets;

/** Tells by its first two lines where a frame begins, for a stream that has to be picked up again in its middle. */
final class FrameStart {

    /** Whether a frame begins at a place. */
    enum Match {
        YES, NO,
        /** Too few bytes are there to say. */
        OPEN
    }

    private static final byte[] LENGTH_LINE = ascii("Content-Length: ");
    private static final byte[] TYPE_LINE = ascii("Content-Type: ");
    /** Events have their length first, all other frames their type. */
    private static final byte[][] EVENT_TYPES = {ascii("text/event-json\n"), ascii("text/event-plain\n"),
            ascii("text/event-xml\n")};
    private static final byte[][] OTHER_TYPES = {ascii("text/disconnect-notice\n"), ascii("text/rude-rejection\n"),
            ascii("command/reply\n"), ascii("api/response\n"), ascii("auth/request\n"), ascii("log/data\n")};

    private FrameStart() {}

    /** @param to the end of the bytes that are there */
    static Match at(byte[] buffer, int at, int to) {
        if (buffer[at] != 'C') {
            return Match.NO;
        }
        Match length = startsWith(buffer, at, to, LENGTH_LINE);
        if (length == Match.NO) {
            return type(buffer, at, to, OTHER_TYPES);
        }
        int i = at + LENGTH_LINE.length;
        while (i < to && buffer[i] >= '0' && buffer[i] <= '9') {
            i++;
        }
        if (length == Match.OPEN || i >= to) {
            return Match.OPEN;
        }
        return buffer[i] == '\n' ? type(buffer, i + 1, to, EVENT_TYPES) : Match.NO;
    }

    private static Match type(byte[] buffer, int at, int to, byte[][] types) {
        Match line = startsWith(buffer, at, to, TYPE_LINE);
        if (line != Match.YES) {
            return line;
        }
        Match found = Match.NO;
        for (byte[] type : types) {
            Match match = startsWith(buffer, at + TYPE_LINE.length, to, type);
            if (match == Match.YES) {
                return match;
            }
            found = match == Match.OPEN ? match : found;
        }
        return found;
    }

    private static Match startsWith(byte[] buffer, int at, int to, byte[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if (at + i >= to) {
                return Match.OPEN;
            }
            if (buffer[at + i] != wanted[i]) {
                return Match.NO;
            }
        }
        return Match.YES;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

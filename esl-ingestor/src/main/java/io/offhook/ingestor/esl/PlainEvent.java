package io.offhook.ingestor.esl;

import java.nio.charset.StandardCharsets;

import org.freeswitch.esl.client.transport.event.EslEventHeaderNames;

/**
 * The body of a {@code text/event-plain} frame: lines of percent-encoded headers, a blank line, and the event's own body where it
 * has one (switch_event_serialize). Only percent escapes are decoded: a {@code +} is a plus sign.
 */
final class PlainEvent implements EslEvent {

    private static final String EMPTY = "_undef_";
    private static final String ARRAY = "ARRAY::";
    private static final String ARRAY_SEPARATOR = "|:";

    private final byte[] bytes;
    private final HeaderIndex index;

    private PlainEvent(byte[] bytes, HeaderIndex index) {
        this.bytes = bytes;
        this.index = index;
    }

    /** @throws MalformedEventException when the bytes are not whole lines of headers with the body that they announce */
    static PlainEvent of(byte[] body) throws MalformedEventException {
        var index = new HeaderIndex(body, ':');
        int at = 0;
        while (at < body.length && body[at] != '\n') {
            int colon = AsciiBytes.indexOf(body, ':', '\n', at, body.length);
            int lineEnd = colon < 0 ? -1 : AsciiBytes.indexOf(body, '\n', colon, body.length);
            if (lineEnd <= colon || colon == at) {
                throw new MalformedEventException("no header line at " + at);
            }
            index.add(at, colon);
            at = lineEnd + 1;
        }
        if (at >= body.length) {
            throw new MalformedEventException("cut off before the blank line");
        }
        var event = new PlainEvent(body, index);
        // The line appears twice in some events; FreeSWITCH fills in the same number.
        long announced = event.number(EslEventHeaderNames.CONTENT_LENGTH);
        if (body.length - (at + 1) != announced) {
            throw new MalformedEventException(
                    "a body of " + (body.length - at - 1) + " bytes (announced: " + announced + ")");
        }
        return event;
    }

    @Override
    public int bytes() {
        return bytes.length + index.bytes();
    }

    @Override
    public String header(String name) {
        int from = value(name);
        if (from < 0) {
            return null;
        }
        String text = decoded(from, endOfLine(from));
        if (text.startsWith(ARRAY)) {
            int end = text.indexOf(ARRAY_SEPARATOR, ARRAY.length());
            text = text.substring(ARRAY.length(), end < 0 ? text.length() : end);
        }
        return text.isEmpty() || text.equals(EMPTY) ? null : text;
    }

    @Override
    public long number(String name) {
        int from = value(name);
        if (from < 0) {
            return 0;
        }
        long number = AsciiBytes.number(bytes, from, endOfLine(from));
        return number < 0 ? EslEvent.super.number(name) : number;
    }

    /** Where the value of a header begins, or -1. */
    private int value(String name) {
        int colon = index.endOfName(name);
        return colon < 0 ? -1 : bytes[colon + 1] == ' ' ? colon + 2 : colon + 1;
    }

    private int endOfLine(int from) {
        return AsciiBytes.indexOf(bytes, '\n', from, bytes.length);
    }

    private String decoded(int from, int to) {
        if (AsciiBytes.indexOf(bytes, '%', from, to) < 0) {
            return new String(bytes, from, to - from, StandardCharsets.UTF_8);
        }
        byte[] out = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            int high = i + 2 < to && bytes[i] == '%' ? Character.digit(bytes[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
            if (low < 0) {
                out[length++] = bytes[i];
            } else {
                out[length++] = (byte) (high * 16 + low);
                i += 2;
            }
        }
        return new String(out, 0, length, StandardCharsets.UTF_8);
    }
}

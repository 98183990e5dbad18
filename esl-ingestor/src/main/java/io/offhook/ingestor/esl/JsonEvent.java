package io.offhook.ingestor.esl;

import java.nio.charset.StandardCharsets;

/**
 * The body of a {@code text/event-json} frame: one flat object of strings and arrays of strings (switch_event_serialize_json_obj).
 * Keys may repeat, and bytes may be invalid UTF-8, which is why no general parser reads it.
 */
final class JsonEvent implements EslEvent {

    private static final int MAX_DEPTH = 8;

    private final byte[] bytes;
    private final HeaderIndex index;

    private JsonEvent(byte[] bytes, HeaderIndex index) {
        this.bytes = bytes;
        this.index = index;
    }

    /** @throws MalformedEventException when the bytes are not one whole object */
    static JsonEvent of(byte[] body) throws MalformedEventException {
        return new JsonEvent(body, new Scanner(body).scan());
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
        String text = bytes[from] == '"'
                ? text(from + 1, endOfString(bytes, from))
                : literal(from, endOfLiteral(bytes, from));
        return text.isEmpty() ? null : text;
    }

    @Override
    public long number(String name) {
        int from = value(name);
        if (from < 0) {
            return 0;
        }
        long number = bytes[from] == '"' ? AsciiBytes.number(bytes, from + 1, endOfString(bytes, from)) : -1;
        return number < 0 ? EslEvent.super.number(name) : number;
    }

    /** Where the value of a header begins, of an array its first string; -1 when there is none. */
    private int value(String name) {
        int nameEnd = index.endOfName(name);
        if (nameEnd < 0) {
            return -1;
        }
        int at = skipSpace(bytes, skipSpace(bytes, nameEnd + 1) + 1);
        return bytes[at] == '[' ? firstOfArray(at) : at;
    }

    private int firstOfArray(int from) {
        int depth = 0;
        for (int i = from; bytes[i] != '"'; i++) {
            depth += bytes[i] == '[' ? 1 : bytes[i] == ']' ? -1 : 0;
            if (depth == 0) {
                return -1;
            }
        }
        return AsciiBytes.indexOf(bytes, '"', from, bytes.length);
    }

    private String literal(int from, int to) {
        String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
        return text.equals("null") ? "" : text;
    }

    private String text(int from, int to) {
        return AsciiBytes.indexOf(bytes, '\\', from, to) >= 0
                ? unescaped(from, to)
                : new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }

    private String unescaped(int from, int to) {
        var out = new StringBuilder(to - from);
        int plainFrom = from;
        int i = from;
        while (i < to) {
            if (bytes[i] != '\\' || i + 1 >= to) {
                i++;
                continue;
            }
            out.append(new String(bytes, plainFrom, i - plainFrom, StandardCharsets.UTF_8));
            i = appendEscape(out, i + 1, to);
            plainFrom = i;
        }
        return out.append(new String(bytes, plainFrom, to - plainFrom, StandardCharsets.UTF_8)).toString();
    }

    /** An escape that JSON does not know reads as its letter: one odd byte from a caller never costs the event. */
    private int appendEscape(StringBuilder out, int at, int to) {
        char letter = (char) bytes[at];
        switch (letter) {
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'u' -> {
                int unit = hex(at + 1, to);
                out.append(unit < 0 ? '\uFFFD' : (char) unit);
                return unit < 0 ? at + 1 : at + 5;
            }
            default -> out.append(letter);
        }
        return at + 1;
    }

    private int hex(int from, int to) {
        if (from + 4 > to) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = Character.digit((char) bytes[i], 16);
            if (digit < 0) {
                return -1;
            }
            value = value * 16 + digit;
        }
        return value;
    }

    /** The closing quote of the string that opens at {@code from}, or -1. */
    private static int endOfString(byte[] bytes, int from) {
        int at = AsciiBytes.indexOf(bytes, '"', '\\', from + 1, bytes.length);
        while (at >= 0 && bytes[at] == '\\') {
            at = AsciiBytes.indexOf(bytes, '"', '\\', at + 2, bytes.length);
        }
        return at;
    }

    private static int endOfLiteral(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && (Character.isLetterOrDigit(bytes[at]) || "+-.".indexOf(bytes[at]) >= 0)) {
            at++;
        }
        return at;
    }

    private static int skipSpace(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && bytes[at] <= ' '
                && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
            at++;
        }
        return at;
    }

    /** Walks the object once, noting where each name lies. */
    private static final class Scanner {
        private final byte[] bytes;
        private int at;

        Scanner(byte[] bytes) {
            this.bytes = bytes;
        }

        HeaderIndex scan() throws MalformedEventException {
            var index = new HeaderIndex(bytes, '"');
            expect('{');
            if (peek() == '}') {
                at++;
            } else {
                do {
                    scanMember(index);
                } while (next(',', '}'));
            }
            skipSpace();
            if (at != bytes.length) {
                throw new MalformedEventException("bytes after the object, at " + at);
            }
            return index;
        }

        private void scanMember(HeaderIndex index) throws MalformedEventException {
            skipSpace();
            int nameFrom = at + 1;
            skipString();
            int nameTo = at - 1;
            expect(':');
            skipSpace();
            skipValue(0);
            index.add(nameFrom, nameTo);
        }

        /** FreeSWITCH has no arrays in arrays; what goes on opening them would fill the stack. */
        private void skipValue(int depth) throws MalformedEventException {
            switch (peek()) {
                case '"' -> skipString();
                case '[' -> {
                    if (depth == MAX_DEPTH) {
                        throw new MalformedEventException("arrays in arrays at " + at);
                    }
                    at++;
                    if (peek() == ']') {
                        at++;
                        return;
                    }
                    do {
                        skipSpace();
                        skipValue(depth + 1);
                    } while (next(',', ']'));
                }
                default -> skipLiteral();
            }
        }

        private void skipLiteral() throws MalformedEventException {
            int from = at;
            at = endOfLiteral(bytes, from);
            if (at == from) {
                throw new MalformedEventException("no value at " + at);
            }
        }

        private void skipString() throws MalformedEventException {
            if (at >= bytes.length || bytes[at] != '"') {
                throw new MalformedEventException("no string at " + at);
            }
            int end = endOfString(bytes, at);
            if (end < 0) {
                throw new MalformedEventException("a string without an end at " + at);
            }
            at = end + 1;
        }

        private boolean next(char more, char end) throws MalformedEventException {
            byte found = peek();
            at++;
            if (found == more) {
                return true;
            }
            if (found == end) {
                return false;
            }
            throw new MalformedEventException("neither '" + more + "' nor '" + end + "' at " + (at - 1));
        }

        private void expect(char wanted) throws MalformedEventException {
            if (peek() != wanted) {
                throw new MalformedEventException("no '" + wanted + "' at " + at);
            }
            at++;
        }

        private byte peek() throws MalformedEventException {
            skipSpace();
            if (at >= bytes.length) {
                throw new MalformedEventException("cut off at " + at);
            }
            return bytes[at];
        }

        private void skipSpace() {
            at = JsonEvent.skipSpace(bytes, at);
        }
    }
}

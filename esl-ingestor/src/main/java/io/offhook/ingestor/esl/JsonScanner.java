package io.offhook.ingestor.esl;

/**
 * Walks an object once, noting where each name lies. FreeSWITCH writes {@code {"name":"value","name":"value"}} without a space, so
 * that is gone through from one quote to the next; whatever looks otherwise is read character by character.
 */
final class JsonScanner {

    private static final int MAX_DEPTH = 8;

    private final byte[] bytes;
    private final QuoteWalk quotes;
    private int at;

    JsonScanner(byte[] bytes) {
        this.bytes = bytes;
        this.quotes = new QuoteWalk(bytes);
    }

    HeaderIndex scan() throws MalformedEventException {
        var index = new HeaderIndex(bytes, '"');
        expect('{');
        if (peek() == '}') {
            at++;
        } else {
            do {
                scanUsualMembers(index);
                scanMember(index);
            } while (next(',', '}'));
        }
        skipSpace();
        if (at != bytes.length) {
            throw new MalformedEventException("bytes after the object, at " + at);
        }
        return index;
    }

    /** Leaves {@code at} before the first member that is not written as FreeSWITCH does, or is the last. */
    private void scanUsualMembers(HeaderIndex index) {
        quotes.seek(at);
        while (quotes.next() == at && bytes[at] == '"') {
            int nameTo = quotes.next();
            if (nameTo < 0 || bytes[nameTo] != '"' || quotes.next() != nameTo + 2 || bytes[nameTo + 1] != ':'
                    || bytes[nameTo + 2] != '"') {
                return;
            }
            int valueTo = quotes.endOfString();
            if (valueTo < 0 || valueTo + 1 >= bytes.length || bytes[valueTo + 1] != ',') {
                return;
            }
            index.add(at + 1, nameTo);
            at = valueTo + 2;
        }
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
        at = JsonEvent.endOfLiteral(bytes, from);
        if (at == from) {
            throw new MalformedEventException("no value at " + at);
        }
    }

    private void skipString() throws MalformedEventException {
        if (at >= bytes.length || bytes[at] != '"') {
            throw new MalformedEventException("no string at " + at);
        }
        int end = JsonEvent.endOfString(bytes, at);
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

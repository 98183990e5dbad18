package io.offhook.ingestor.esl;

/**
 * Goes from one quote or backslash to the next. Each eight bytes are looked at once, however many there are in them; that is why a
 * string's end costs less here than by a search from its beginning.
 */
final class QuoteWalk {

    private final byte[] bytes;
    /** Where the eight bytes lie that are being looked at, and a bit for each quote and backslash of them that is still to come. */
    private int base;
    private long left;

    QuoteWalk(byte[] bytes) {
        this.bytes = bytes;
    }

    void seek(int at) {
        base = at;
        left = at < bytes.length ? AsciiBytes.marks(bytes, at, '"', '\\') : 0;
    }

    /** The place of the next quote or backslash, or -1. */
    int next() {
        while (left == 0) {
            base += Long.BYTES;
            if (base >= bytes.length) {
                return -1;
            }
            left = AsciiBytes.marks(bytes, base, '"', '\\');
        }
        int place = base + (Long.numberOfTrailingZeros(left) >>> 3);
        left &= left - 1;
        return place;
    }

    /** The next quote that no backslash stands before, or -1: the end of the string that one is in. */
    int endOfString() {
        int place = next();
        while (place >= 0 && bytes[place] == '\\') {
            int escaped = place + 1;
            place = next();
            if (place == escaped) {
                place = next();
            }
        }
        return place;
    }
}

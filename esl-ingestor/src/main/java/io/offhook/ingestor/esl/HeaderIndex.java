package io.offhook.ingestor.esl;

import java.util.Arrays;

/**
 * Where the names of an event's headers lie in its bytes: one number a header, no object. A value follows its name, so its place is
 * looked for when it is asked for.
 */
final class HeaderIndex {

    /** Places have 24 bits, so that one number holds a place and a length; as large as a frame's body may be. */
    static final int MAX_BYTES = 1 << 24;

    private static final int LENGTH_BITS = 8;
    private static final int MAX_LENGTH = (1 << LENGTH_BITS) - 1;
    /** A header takes some 45 bytes: as a rule the first array is large enough. */
    private static final int BYTES_PER_HEADER = 32;
    private static final int LEAST_HEADERS = 16;

    private final byte[] bytes;
    private final char nameEnd;
    private int[] names;
    private int size;

    /** @param nameEnd the character that stands behind each name */
    HeaderIndex(byte[] bytes, char nameEnd) {
        this.bytes = bytes;
        this.nameEnd = nameEnd;
        this.names = new int[Math.max(LEAST_HEADERS, bytes.length / BYTES_PER_HEADER)];
    }

    void add(int nameFrom, int nameTo) {
        if (size == names.length) {
            names = Arrays.copyOf(names, size * 2);
        }
        names[size++] = nameFrom << LENGTH_BITS | Math.min(nameTo - nameFrom, MAX_LENGTH);
    }

    /** The place of the character behind the first header of that name, or -1. */
    int endOfName(String name) {
        int length = Math.min(name.length(), MAX_LENGTH);
        for (int i = 0; i < size; i++) {
            if ((names[i] & MAX_LENGTH) == length && matches(names[i] >>> LENGTH_BITS, name)) {
                return (names[i] >>> LENGTH_BITS) + name.length();
            }
        }
        return -1;
    }

    /** From behind: names of one length mostly begin alike. */
    private boolean matches(int from, String name) {
        int length = name.length();
        if (from + length >= bytes.length || bytes[from + length] != nameEnd) {
            return false;
        }
        for (int i = length - 1; i >= 0; i--) {
            if (bytes[from + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}

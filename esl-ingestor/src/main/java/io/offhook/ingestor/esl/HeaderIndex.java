package io.offhook.ingestor.esl;

import java.util.Arrays;

/**
 * Where the names of an event's headers lie in its bytes: a place and a mark each, no object. A value follows its name, so it is looked
 * for when it is asked for. A name is looked for by its mark, eight at a time, since an event has some 160 headers of which most names
 * that are asked for are none.
 */
final class HeaderIndex {

    /** A header takes some 45 bytes: as a rule the first arrays are large enough. */
    private static final int BYTES_PER_HEADER = 32;
    private static final int LEAST_HEADERS = 16;
    private static final int PRIME = 31;

    private final byte[] bytes;
    private final char nameEnd;
    private int[] places;
    private byte[] marks;
    private int size;

    /** @param nameEnd the character that stands behind each name, and in no name that is asked for */
    HeaderIndex(byte[] bytes, char nameEnd) {
        this.bytes = bytes;
        this.nameEnd = nameEnd;
        this.places = new int[Math.max(LEAST_HEADERS, bytes.length / BYTES_PER_HEADER)];
        this.marks = new byte[places.length];
    }

    void add(int nameFrom, int nameTo) {
        if (size == places.length) {
            places = Arrays.copyOf(places, size * 2);
            marks = Arrays.copyOf(marks, size * 2);
        }
        marks[size] = nameFrom == nameTo ? 0 : mark(nameTo - nameFrom, bytes[nameTo - 1]);
        places[size++] = nameFrom;
    }

    /** What it takes in memory, about. */
    int bytes() {
        return places.length * (Integer.BYTES + Byte.BYTES);
    }

    /** The place of the character behind the first header of that name, or -1. */
    int endOfName(String name) {
        int length = name.length();
        byte mark = length == 0 ? 0 : mark(length, name.charAt(length - 1));
        int at = AsciiBytes.indexOf(marks, mark, 0, size);
        while (at >= 0) {
            if (matches(places[at], name)) {
                return places[at] + length;
            }
            at = AsciiBytes.indexOf(marks, mark, at + 1, size);
        }
        return -1;
    }

    /** Names often begin alike, seldom end alike. */
    private static byte mark(int length, int last) {
        return (byte) (length + PRIME * last);
    }

    private boolean matches(int from, String name) {
        int length = name.length();
        if (from + length >= bytes.length || bytes[from + length] != nameEnd) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (bytes[from + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}

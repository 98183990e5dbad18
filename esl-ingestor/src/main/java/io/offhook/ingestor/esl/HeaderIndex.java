package io.offhook.ingestor.esl;

import java.util.Arrays;

/** Where the headers of an event lie in its bytes: four numbers a header, no object. */
final class HeaderIndex {

    private static final int FIELDS = 4;
    private static final int TYPICAL_HEADERS = 160;

    private final byte[] bytes;
    private int[] spans = new int[TYPICAL_HEADERS * FIELDS];
    private int size;

    HeaderIndex(byte[] bytes) {
        this.bytes = bytes;
    }

    void add(int nameFrom, int nameTo, int valueFrom, int valueTo) {
        if (size == spans.length) {
            spans = Arrays.copyOf(spans, size * 2);
        }
        spans[size] = nameFrom;
        spans[size + 1] = nameTo;
        spans[size + 2] = valueFrom;
        spans[size + 3] = valueTo;
        size += FIELDS;
    }

    /** The place of the first header of that name, or -1. */
    int find(String name) {
        int length = name.length();
        for (int i = 0; i < size; i += FIELDS) {
            if (spans[i + 1] - spans[i] == length && matches(spans[i], name)) {
                return i;
            }
        }
        return -1;
    }

    int valueFrom(int place) {
        return spans[place + 2];
    }

    int valueTo(int place) {
        return spans[place + 3];
    }

    int count() {
        return size / FIELDS;
    }

    private boolean matches(int from, String name) {
        for (int i = 0; i < name.length(); i++) {
            if (bytes[from + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}

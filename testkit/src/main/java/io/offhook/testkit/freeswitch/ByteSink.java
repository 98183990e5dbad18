package io.offhook.testkit.freeswitch;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Growing byte buffer without the lock of {@link ByteArrayOutputStream}: rendering an event makes some 200 small writes. */
final class ByteSink {
    private byte[] bytes;
    private int size;

    ByteSink(int capacity) {
        bytes = new byte[capacity];
    }

    void add(int octet) {
        if (size == bytes.length) {
            bytes = Arrays.copyOf(bytes, size * 2);
        }
        bytes[size++] = (byte) octet;
    }

    void add(byte[] more) {
        int needed = size + more.length;
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length * 2));
        }
        System.arraycopy(more, 0, bytes, size, more.length);
        size = needed;
    }

    void add(String text) {
        add(text.getBytes(StandardCharsets.UTF_8));
    }

    int size() {
        return size;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }
}

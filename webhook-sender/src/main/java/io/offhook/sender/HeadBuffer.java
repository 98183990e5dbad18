package io.offhook.sender;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The head of a request while it is written: lines of ASCII. */
final class HeadBuffer {

    /** A head of ours without much of the endpoint's own. */
    private static final int USUAL = 1_024;
    private static final String HEX = "0123456789ABCDEF";
    /** Of one octet, encoded. */
    private static final int ENCODED = 3;

    private byte[] bytes;
    private int length;

    HeadBuffer() {
        bytes = new byte[USUAL];
    }

    HeadBuffer(byte[] begin) {
        bytes = Arrays.copyOf(begin, begin.length + USUAL);
        length = begin.length;
    }

    void line(String text) {
        reserve(text.length() + 2);
        text(text);
        newLine();
    }

    /** A character that would not be text of a header (RFC 9110 section 5.5), or would begin a new line, stands as a question mark. */
    void header(String name, String value) {
        reserve(name.length() + value.length() + 4);
        text(name);
        separator();
        text(value);
        newLine();
    }

    /**
     * CloudEvents HTTP binding 1.0.2, section 3.1.3.2: space, double quote, percent and everything outside U+0021..U+007E as its UTF-8
     * bytes, each {@code %XX} in upper case.
     *
     * @param value in UTF-8; what is malformed becomes U+FFFD, as it does wherever attributes are stored as text
     */
    void attribute(String name, byte[] value) {
        reserve(ReservedHeaders.CLOUD_EVENT_PREFIX.length() + name.length() + value.length + 4);
        text(ReservedHeaders.CLOUD_EVENT_PREFIX);
        text(name);
        separator();
        if (standsForItself(value)) {
            System.arraycopy(value, 0, bytes, length, value.length);
            length += value.length;
        } else {
            percentEncoded(new String(value, StandardCharsets.UTF_8));
        }
        newLine();
    }

    private void percentEncoded(String value) {
        byte[] octets = value.getBytes(StandardCharsets.UTF_8);
        reserve(octets.length * ENCODED + 2);
        for (byte octet : octets) {
            if (standsForItself(octet)) {
                bytes[length++] = octet;
            } else {
                bytes[length++] = '%';
                bytes[length++] = (byte) HEX.charAt(octet >> 4 & 0xF);
                bytes[length++] = (byte) HEX.charAt(octet & 0xF);
            }
        }
    }

    private static boolean standsForItself(byte[] octets) {
        for (byte octet : octets) {
            if (!standsForItself(octet)) {
                return false;
            }
        }
        return true;
    }

    private static boolean standsForItself(int c) {
        return c >= 0x21 && c <= 0x7E && c != '"' && c != '%';
    }

    void end() {
        reserve(2);
        newLine();
    }

    byte[] bytes() {
        return Arrays.copyOf(bytes, length);
    }

    /** What was written, to be read once. */
    ByteBuffer readable() {
        return ByteBuffer.wrap(bytes, 0, length);
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }

    private void text(String text) {
        byte[] to = bytes;
        int at = length;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            to[at++] = (byte) (c >= ' ' && c <= '~' || c == '\t' ? c : '?');
        }
        length = at;
    }

    private void separator() {
        bytes[length++] = ':';
        bytes[length++] = ' ';
    }

    private void newLine() {
        bytes[length++] = '\r';
        bytes[length++] = '\n';
    }
}

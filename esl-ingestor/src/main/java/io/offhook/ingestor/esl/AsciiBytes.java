package io.offhook.ingestor.esl;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * ASCII inside byte arrays, found and read without making strings. Eight bytes at a time: an event is some 7 KB, of which all but the
 * headers asked for is only looked through. A byte of a long that is zero is found as in Hacker's
 * Delight, 6-1: bits above the lowest one set may be wrong, that one is right.
 */
final class AsciiBytes {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    /** More digits may not fit into a long. */
    private static final int MAX_DIGITS = 18;

    private AsciiBytes() {}

    /** The first place of {@code wanted} from {@code from} on and before {@code to}, or -1. */
    static int indexOf(byte[] bytes, int wanted, int from, int to) {
        long wantedOften = (wanted & 0xFF) * LOW_BITS;
        int at = from;
        for (; at <= to - Long.BYTES; at += Long.BYTES) {
            long zeroIfWanted = (long) LONGS.get(bytes, at) ^ wantedOften;
            long found = zeroIfWanted - LOW_BITS & ~zeroIfWanted & HIGH_BITS;
            if (found != 0) {
                return at + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        for (; at < to; at++) {
            if (bytes[at] == (byte) wanted) {
                return at;
            }
        }
        return -1;
    }

    /** The first place of either, or -1. */
    static int indexOf(byte[] bytes, int wanted, int other, int from, int to) {
        long wantedOften = (wanted & 0xFF) * LOW_BITS;
        long otherOften = (other & 0xFF) * LOW_BITS;
        int at = from;
        for (; at <= to - Long.BYTES; at += Long.BYTES) {
            long word = (long) LONGS.get(bytes, at);
            long zeroIfWanted = word ^ wantedOften;
            long zeroIfOther = word ^ otherOften;
            long found = (zeroIfWanted - LOW_BITS & ~zeroIfWanted | zeroIfOther - LOW_BITS & ~zeroIfOther) & HIGH_BITS;
            if (found != 0) {
                return at + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        for (; at < to; at++) {
            if (bytes[at] == (byte) wanted || bytes[at] == (byte) other) {
                return at;
            }
        }
        return -1;
    }

    /** The number that stands there in decimal digits alone; -1 for anything else, and for what has more than 18 digits. */
    static long number(byte[] bytes, int from, int to) {
        if (from >= to || to - from > MAX_DIGITS) {
            return -1;
        }
        long number = 0;
        for (int i = from; i < to; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    /** Whether {@code wanted} stands there. */
    static boolean matches(byte[] bytes, int from, int to, byte[] wanted) {
        if (to - from < wanted.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (bytes[from + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }
}

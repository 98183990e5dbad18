package io.offhook.dispatcher.live;

import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.BitSet;

/**
 * What a commit tells the next owner of a partition beside the offset: when the broker took what lies before it, and what behind it is
 * settled already, so that it is neither delivered again nor taken for new. As text it has 4,000 characters at most
 * ({@code offset.metadata.max.bytes} of the broker is 4,096).
 *
 * @param appendedMillis append time of a record not behind the offset, milliseconds since the epoch; 0 when unknown
 * @param settled settled offsets, counted from the committed one
 */
record CommittedState(long appendedMillis, BitSet settled) {

    static final CommittedState UNKNOWN = new CommittedState(0, new BitSet());
    static final int MAX_LENGTH = 4_000;
    private static final String VERSION = "1:";
    /** Base64 makes four characters of three bytes; the rest is for the version and the time. */
    private static final int MAX_BYTES = (MAX_LENGTH - 32) / 4 * 3;

    /** Lengths of runs, unsettled and settled in turn, 7 bits a byte; runs that do not fit are left out: they are delivered again. */
    String encode() {
        var bytes = new ByteArrayOutputStream();
        int at = 0;
        while (at < settled.length() && bytes.size() < MAX_BYTES - 10) {
            int from = settled.nextSetBit(at);
            int to = settled.nextClearBit(from);
            write(bytes, from - at);
            write(bytes, to - from);
            at = to;
        }
        return VERSION + appendedMillis + ":"
                + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
    }

    private static void write(ByteArrayOutputStream bytes, int value) {
        int rest = value;
        while (rest > 0x7F) {
            bytes.write(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        bytes.write(rest);
    }

    /** Nothing is known from a text that is not of this form: what it would say is then found out at the receivers' cost. */
    static CommittedState decode(String text) {
        String[] parts = text == null || !text.startsWith(VERSION) ? new String[0] : text.split(":", -1);
        if (parts.length != 3) {
            return UNKNOWN;
        }
        try {
            return new CommittedState(Long.parseLong(parts[1]), settled(Base64.getUrlDecoder().decode(parts[2])));
        } catch (IllegalArgumentException | ArithmeticException e) {
            return UNKNOWN;
        }
    }

    private static BitSet settled(byte[] bytes) {
        var settled = new BitSet();
        int at = 0;
        boolean isSettled = false;
        int position = 0;
        while (position < bytes.length) {
            int value = 0;
            int shift = 0;
            byte next;
            do {
                if (position == bytes.length || shift > 28) {
                    throw new IllegalArgumentException("a run is cut off");
                }
                next = bytes[position++];
                value |= (next & 0x7F) << shift;
                shift += 7;
            } while (next < 0);
            int end = Math.addExact(at, value);
            if (value < 0) {
                throw new IllegalArgumentException("a run is negative");
            }
            settled.set(at, end, isSettled);
            at = end;
            isSettled = !isSettled;
        }
        return settled;
    }
}

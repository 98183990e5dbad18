package io.offhook.ingestor.publish;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The records of a spool file, one after the other: a mark, the payload's length, a CRC-32C (RFC 3720) over length and payload, each
 * four bytes big-endian, then the payload. The mark lets a reader find the next record behind a damaged one.
 */
final class SpoolFrames {

    static final int HEADER_BYTES = 12;
    private static final int MARK = 0x4F485331;

    private final ByteBuffer bytes;
    private int position;
    private int endOfLast;
    private int damaged;
    private boolean skipping;

    SpoolFrames(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    static void put(ByteBuffer target, byte[] payload) {
        target.putInt(MARK).putInt(payload.length).putInt(checksum(payload.length, ByteBuffer.wrap(payload)))
                .put(payload);
    }

    /** The next whole payload, {@code null} when none is left. */
    byte[] next() {
        while (position + HEADER_BYTES <= bytes.limit()) {
            ByteBuffer payload = payloadAt(position);
            if (payload == null) {
                skipping = true;
                position++;
                continue;
            }
            if (skipping) {
                damaged++;
                skipping = false;
            }
            var copy = new byte[payload.remaining()];
            payload.get(copy);
            position += HEADER_BYTES + copy.length;
            endOfLast = position;
            return copy;
        }
        return null;
    }

    /** Offset behind the last whole record found. */
    int endOfLast() {
        return endOfLast;
    }

    /** Places skipped so far that were followed by a whole record. */
    int damaged() {
        return damaged;
    }

    private ByteBuffer payloadAt(int at) {
        if (bytes.getInt(at) != MARK) {
            return null;
        }
        int length = bytes.getInt(at + 4);
        if (length < 0 || length > bytes.limit() - at - HEADER_BYTES) {
            return null;
        }
        ByteBuffer payload = bytes.slice(at + HEADER_BYTES, length);
        return checksum(length, payload.duplicate()) == bytes.getInt(at + 8) ? payload : null;
    }

    private static int checksum(int length, ByteBuffer payload) {
        var crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, length));
        crc.update(payload);
        return (int) crc.getValue();
    }
}

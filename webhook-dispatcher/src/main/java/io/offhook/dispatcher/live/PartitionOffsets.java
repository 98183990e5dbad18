package io.offhook.dispatcher.live;

import java.util.BitSet;

/**
 * What is settled of a partition, in whatever order it happens: a bit per offset behind the contiguous prefix. The prefix is what is
 * committed. Thread-safe.
 */
final class PartitionOffsets {

    /** The bit set is moved up in steps, so that settling stays cheap. */
    private static final int SHIFT = 1 << 14;

    private final BitSet settled = new BitSet();
    private long base;
    private long prefix;
    private long end;

    /** @param position the first offset that is not settled */
    PartitionOffsets(long position) {
        this.base = position;
        this.prefix = position;
        this.end = position;
    }

    /** A record was read. Offsets between it and the one before hold no records (control records, compaction). */
    synchronized void read(long offset) {
        if (offset < end) {
            return;
        }
        if (prefix == end) {
            // Nothing is open: a jump of any length (the retention took what was there) needs no bits.
            settled.clear();
            base = offset;
            prefix = offset;
        } else {
            settled.set(index(end), index(offset));
        }
        end = offset + 1;
        advance();
    }

    synchronized void settle(long offset) {
        if (offset >= prefix && offset < end) {
            settled.set(index(offset));
            advance();
        }
    }

    /** The offset to commit: all before it are settled. */
    synchronized long prefix() {
        return prefix;
    }

    /** From the first offset not settled to the last read: what a successor would read again at most. */
    synchronized long span() {
        return end - prefix;
    }

    /** @param behind what is settled behind the prefix, counted from it */
    record Settled(long prefix, BitSet behind) {}

    /** All that is settled, at one moment. */
    synchronized Settled settled() {
        int from = index(prefix);
        return new Settled(prefix,
                settled.length() <= from ? new BitSet() : settled.get(from, settled.length()));
    }

    private void advance() {
        prefix = base + settled.nextClearBit(index(prefix));
        if (prefix - base > SHIFT) {
            int done = index(prefix);
            BitSet rest = settled.get(done, settled.length());
            settled.clear();
            settled.or(rest);
            base = prefix;
        }
    }

    private int index(long offset) {
        return Math.toIntExact(offset - base);
    }
}

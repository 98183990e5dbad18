package io.offhook.ingestor.publish;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/** Events on the direct way, in their order: those that the producer has, then those that wait for it. Guarded by the outbox's lock. */
final class OutboxMemory {

    /** An event and its place among those to be settled. */
    static final class Entry {
        private final OutgoingEvent event;
        private final SettledWindow.Slot slot;
        private final int bytes;
        private final long nanos = System.nanoTime();
        private boolean taken;
        private boolean copied;

        private Entry(OutgoingEvent event, SettledWindow.Slot slot) {
            this.event = event;
            this.slot = slot;
            this.bytes = event.bytes();
        }

        OutgoingEvent event() {
            return event;
        }

        SettledWindow.Slot slot() {
            return slot;
        }

        /** {@link System#nanoTime} when it came. */
        long nanos() {
            return nanos;
        }

        /** It is in the spool too. */
        boolean isCopied() { return copied; }
    }

    private final SequencedSet<Entry> entries = new LinkedHashSet<>();
    private final Deque<Entry> waiting = new ArrayDeque<>();
    private long bytes;

    void add(OutgoingEvent event, SettledWindow.Slot slot) {
        var entry = new Entry(event, slot);
        entries.add(entry);
        waiting.add(entry);
        bytes += entry.bytes;
    }

    /** The next one for the producer, {@code null} without one. */
    Entry take() {
        Entry entry = waiting.poll();
        if (entry != null) {
            entry.taken = true;
        }
        return entry;
    }

    /** The producer is through with it. */
    void remove(Entry entry) {
        if (entries.remove(entry)) {
            bytes -= entry.bytes;
        }
    }

    /** Leaves only what the producer has, which is copied. @return all that was there, in its order */
    List<Entry> moveOut() {
        List<Entry> all = List.copyOf(entries);
        waiting.forEach(this::remove);
        waiting.clear();
        entries.forEach(entry -> entry.copied = true);
        return all;
    }

    /** Whether the producer has none: what it has is in front of what it has not. */
    boolean isProducerIdle() {
        return entries.isEmpty() || !entries.getFirst().taken;
    }

    boolean isEmpty() { return entries.isEmpty(); }

    /** Not to be asked of an empty one. */
    Entry oldest() {
        return entries.getFirst();
    }

    int size() {
        return entries.size();
    }

    long bytes() {
        return bytes;
    }
}

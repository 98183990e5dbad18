package io.offhook.ingestor.publish;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The end of the spool: events that are not on disk yet. Guarded by the spool's lock. */
final class SpoolMemory {

    private final Deque<Unwritten> events = new ArrayDeque<>();
    private long bytes;

    /**
     * @param number the spool's number of the event
     * @param durable run once the event is on disk, or dropped
     * @param nanos {@link System#nanoTime} of its append
     */
    record Unwritten(long number, OutgoingEvent event, byte[] payload, Runnable durable, long nanos) {
        long bytes() {
            return SpoolFrames.HEADER_BYTES + payload.length;
        }
    }

    void add(Unwritten event) {
        events.add(event);
        bytes += event.bytes();
    }

    /** {@code null} when all is written. */
    Unwritten oldest() {
        return events.peek();
    }

    int size() {
        return events.size();
    }

    /** What they will take on the disk. */
    long bytes() {
        return bytes;
    }

    /** The oldest ones up to that many bytes, the first in any case. */
    List<Unwritten> upTo(long most) {
        var batch = new ArrayList<Unwritten>();
        long room = most;
        for (Unwritten event : events) {
            room -= event.bytes();
            if (room < 0 && !batch.isEmpty()) {
                break;
            }
            batch.add(event);
        }
        return batch;
    }

    SpoolReader.Batch read(long first, int maxEvents, int maxBytes) {
        var read = new ArrayList<OutgoingEvent>();
        long left = maxBytes;
        long end = first;
        for (Unwritten added : events) {
            if (added.number() >= first && read.size() < maxEvents && left > 0) {
                read.add(added.event());
                left -= added.bytes();
                end = added.number() + 1;
            }
        }
        return new SpoolReader.Batch(read, null, 0, end);
    }

    void remove(int count) {
        for (int i = 0; i < count; i++) {
            bytes -= events.poll().bytes();
        }
    }

    /** Removes those in front of a number. */
    List<Unwritten> removeBefore(long number) {
        var removed = new ArrayList<Unwritten>();
        while (!events.isEmpty() && events.peek().number() < number) {
            bytes -= events.peek().bytes();
            removed.add(events.poll());
        }
        return removed;
    }
}

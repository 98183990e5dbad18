package io.offhook.ingestor.publish;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads events from a file of the spool, and passes over what is damaged. */
final class SpoolReader {

    private static final Logger log = LoggerFactory.getLogger(SpoolReader.class);

    private final OutgoingEventCodec codec = new OutgoingEventCodec();
    private final AtomicLong damaged = new AtomicLong();

    /**
     * Events from the head of the spool.
     *
     * @param segment the file that they stand in, {@code null} for events that are in none yet
     * @param endOffset where in the file the next one begins
     * @param end the spool's number of the next one
     */
    record Batch(List<OutgoingEvent> events, SpoolSegment segment, long endOffset, long end) {}

    /** A file as it was when the spool's lock was held: bytes {@code from} to {@code to}, records {@code first} to {@code end}. */
    record Extent(SpoolSegment segment, long from, long to, long first, long end) {}

    /** Places in files that were no events: a damaged stretch, a missing file, an event of an unknown version. */
    long damaged() {
        return damaged.get();
    }

    /** @throws IOException when the disk cannot be read now */
    Batch read(Extent extent, int maxEvents, int maxBytes) throws IOException {
        ByteBuffer bytes;
        try {
            bytes = extent.segment().read(extent.from(), extent.to());
        } catch (NoSuchFileException e) {
            // Waiting for it would hold up all that is behind it.
            countDamage(extent.segment(), 1);
            return new Batch(List.of(), extent.segment(), extent.to(), extent.end());
        }
        var frames = new SpoolFrames(bytes);
        var events = new ArrayList<OutgoingEvent>();
        long end = extent.first();
        while (events.size() < maxEvents && frames.endOfLast() < maxBytes) {
            byte[] payload = frames.next();
            if (payload == null) {
                boolean rest = extent.from() + frames.endOfLast() < extent.to();
                countDamage(extent.segment(), frames.damaged() + (rest ? 1 : 0));
                return new Batch(events, extent.segment(), extent.to(), extent.end());
            }
            end++;
            decode(extent.segment(), payload, events);
        }
        countDamage(extent.segment(), frames.damaged());
        return new Batch(events, extent.segment(), extent.from() + frames.endOfLast(), Math.min(end, extent.end()));
    }

    private void decode(SpoolSegment segment, byte[] payload, List<OutgoingEvent> events) {
        try {
            events.add(codec.decode(payload));
        } catch (IOException | RuntimeException e) {
            // Whole, but written by a version that this one does not know: it would never become readable.
            log.error("an event in {} cannot be read: {}", segment.path(), e.toString());
            countDamage(segment, 1);
        }
    }

    private void countDamage(SpoolSegment segment, long places) {
        if (places > 0) {
            damaged.addAndGet(places);
            log.error("{} damaged places in {}: the events in them are lost here", places, segment.path());
        }
    }
}

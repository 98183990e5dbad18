package io.offhook.ingestor.publish;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of the spool in the order of their events, and the folders that this ingestor owns. Guarded by the spool's lock. */
final class SpoolSegments {

    private static final Logger log = LoggerFactory.getLogger(SpoolSegments.class);

    private final SpoolDirectory own;
    private final List<SpoolDirectory> adopted = new ArrayList<>();
    private final Deque<SpoolSegment> segments = new ArrayDeque<>();
    private long bytes;

    SpoolSegments(SpoolDirectory own) {
        this.own = own;
    }

    /** Takes over what ingestors before have left. @return how many events that is */
    long adopt(Path root) throws IOException {
        long next = 0;
        for (SpoolDirectory directory : SpoolDirectory.adopt(root)) {
            adopted.add(directory);
            List<Path> files = directory.segments();
            long before = next;
            for (Path path : files) {
                SpoolSegment segment = SpoolSegment.scan(directory, path, next, path.equals(files.getLast()));
                add(segment);
                next = segment.end();
            }
            log.debug("{} events found in {}", next - before, directory.path());
            if (files.isEmpty()) {
                remove(directory);
            }
        }
        return next;
    }

    void add(SpoolSegment segment) {
        segments.add(segment);
        bytes += segment.length();
    }

    void grow(SpoolSegment segment, long records, long more) {
        segment.written(records, more);
        bytes += more;
    }

    /** The file with the oldest event, {@code null} without one. */
    SpoolSegment head() {
        return segments.peek();
    }

    boolean contains(SpoolSegment segment) {
        return segments.peekLast() == segment;
    }

    /** What the files take on the disk. */
    long bytes() {
        return bytes;
    }

    /** Deletes the oldest file, and its folder when that was another's and is empty now. */
    void deleteHead() {
        SpoolSegment head = segments.poll();
        bytes -= head.length();
        try {
            Files.deleteIfExists(head.path());
        } catch (IOException e) {
            // It would be replayed once more by whoever adopts it, which finds it all in the topic.
            log.warn("{} cannot be deleted: {}", head.path(), e.toString());
        }
        SpoolSegment following = segments.peek();
        if (head.directory() != own && (following == null || following.directory() != head.directory())) {
            remove(head.directory());
        }
    }

    private void remove(SpoolDirectory directory) {
        adopted.remove(directory);
        try {
            directory.remove();
        } catch (IOException e) {
            // An empty folder harms nobody.
            log.warn("{} cannot be removed: {}", directory.path(), e.toString());
        }
    }

    /** Gives all folders up, the own one removed when there is nothing in it. */
    void close() {
        try {
            for (SpoolDirectory directory : adopted) {
                directory.close();
            }
            if (segments.isEmpty() && own.segments().isEmpty()) {
                own.remove();
            } else {
                own.close();
            }
        } catch (IOException e) {
            // Locks end with the process at the latest.
            log.warn("spool {} cannot be closed: {}", own.path(), e.toString());
        }
    }
}

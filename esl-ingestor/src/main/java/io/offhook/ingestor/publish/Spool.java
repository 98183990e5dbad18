package io.offhook.ingestor.publish;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import io.offhook.ingestor.publish.SpoolMemory.Unwritten;
import io.offhook.ingestor.publish.SpoolReader.Batch;
import io.offhook.ingestor.publish.SpoolReader.Extent;
import io.offhook.runtime.InvalidSettingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events on disk, first in, first out, of bounded size: those that ingestors before left, then this one's own. An event is appended
 * to memory, and a thread writes and fsyncs many at once; it can be read from the moment of its append, so a broken disk holds up
 * nothing while Kafka takes events.
 *
 * <p>What is dropped is remembered in memory, and a file deleted once all of it is: after a crash a file may be replayed from its
 * beginning again, which the look-up in the topic makes harmless.
 *
 * <p>{@link #peek} and {@link #drop} are for one reader; all else may be called from any thread and never waits for the disk.
 */
final class Spool implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Spool.class);
    /** As many do not wait for the interval: at 20,000 events/s an fsync each 13 ms. */
    private static final int FSYNC_EVENTS = 256;
    private static final int WRITE_BYTES = 1024 * 1024;
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final SpoolSettings settings;
    private final SpoolDirectory own;
    private final SpoolReader reader = new SpoolReader();
    private final OutgoingEventCodec codec = new OutgoingEventCodec();
    private final Thread writer = Thread.ofPlatform().name("spool-writer").daemon().unstarted(this::write);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final SpoolSegments segments;
    private final SpoolMemory unwritten = new SpoolMemory();
    private SpoolFile file;
    private boolean writing;
    private boolean closing;
    private boolean failing;
    private long failures;
    private long first;
    private long next;

    /** @throws InvalidSettingException when the folder cannot be used */
    Spool(SpoolSettings settings, InstantSource clock) {
        this.settings = settings;
        try {
            Path root = Path.of(settings.dir());
            own = SpoolDirectory.create(root, clock.millis());
            segments = new SpoolSegments(own);
            next = segments.adopt(root);
        } catch (IOException | InvalidPathException e) {
            // Better no ingestor than one that would lose events when Kafka is away.
            log.debug("spool {} cannot be opened", settings.dir(), e);
            throw new InvalidSettingException("offhook.spool.dir", settings.dir(),
                    "a folder that this process may write, or make");
        }
        if (next > 0) {
            log.info("{} events found in the spool in {}", next, settings.dir());
        }
        release();
        writer.start();
    }

    /** Appends in any case; whoever wants the bounds kept asks {@link #admits} first. @param durable as in {@code Unwritten} */
    void append(OutgoingEvent event, Runnable durable) {
        byte[] payload = codec.encode(event);
        lock.lock();
        try {
            unwritten.add(new Unwritten(next++, event, payload, durable, System.nanoTime()));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether so many events of so many bytes together keep within the bounds of disk and memory. */
    boolean admits(int events, long bytes) {
        lock.lock();
        try {
            // Twice, since all that is in memory may be appended at once, in front of what comes then.
            return segments.bytes() + unwritten.bytes() + bytes <= settings.maxBytes()
                    && unwritten.size() + events <= 2 * settings.memoryEvents() + CallEventPublisher.EVENTS_AT_ONCE;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The oldest events, which stay until they are dropped. Without one in it the batch still has to be dropped, unless the spool is
     * empty: what was there was damaged.
     *
     * @throws IOException when they cannot be read now
     */
    Batch peek(int maxEvents, int maxBytes) throws IOException {
        Extent extent;
        lock.lock();
        try {
            release();
            SpoolSegment head = segments.head();
            if (head == null || head.end() <= first) {
                return unwritten.read(first, maxEvents, maxBytes);
            }
            extent = new Extent(head, head.readOffset(), head.length(), first, head.end());
        } finally {
            lock.unlock();
        }
        return reader.read(extent, maxEvents, maxBytes);
    }

    /** Forgets the events of a batch, which the topic has. */
    void drop(Batch batch) {
        List<Unwritten> dropped;
        lock.lock();
        try {
            first = Math.max(first, batch.end());
            if (batch.segment() != null) {
                batch.segment().readUpTo(batch.endOffset());
            }
            dropped = prune();
            release();
        } finally {
            lock.unlock();
        }
        dropped.forEach(event -> event.durable().run());
    }

    /** What was dropped before it was written need not be written. */
    private List<Unwritten> prune() {
        return writing ? List.of() : unwritten.removeBefore(first);
    }

    private void release() {
        while (segments.head() != null && segments.head().end() <= first) {
            if (file != null && file.segment() == segments.head()) {
                if (writing) {
                    return;
                }
                file.close();
                file = null;
            }
            segments.deleteHead();
        }
    }

    private void write() {
        try {
            List<Unwritten> batch = nextToWrite();
            while (!batch.isEmpty()) {
                if (store(batch)) {
                    batch.forEach(event -> event.durable().run());
                } else if (awaitRetry()) {
                    return;
                }
                batch = nextToWrite();
            }
        } catch (InterruptedException e) {
            log.debug("the spool's writer was interrupted");
        }
    }

    /** Waits for events, and for more to be written along with them; none when the spool is closed. */
    private List<Unwritten> nextToWrite() throws InterruptedException {
        lock.lock();
        try {
            long wait = untilWrite();
            while (wait > 0) {
                changed.awaitNanos(wait);
                wait = untilWrite();
            }
            List<Unwritten> batch = unwritten.size() == 0 ? List.of() : unwritten.upTo(roomInFile());
            writing = !batch.isEmpty();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private long untilWrite() {
        if (closing || unwritten.size() >= FSYNC_EVENTS) {
            return 0;
        }
        return unwritten.size() == 0
                ? Long.MAX_VALUE
                : settings.fsyncInterval().toNanos() - (System.nanoTime() - unwritten.oldest().nanos());
    }

    /** Numbers in a file have no gaps, and it grows to its bound. */
    private long roomInFile() {
        Unwritten event = unwritten.oldest();
        if (file != null && (file.segment().end() != event.number()
                || file.segment().length() + event.bytes() > settings.segmentLimit())) {
            file.close();
            file = null;
        }
        return Math.min(WRITE_BYTES, settings.segmentLimit() - (file == null ? 0 : file.segment().length()));
    }

    /** {@code file} is the writer's own while {@code writing} is set. */
    private boolean store(List<Unwritten> batch) {
        try {
            if (file == null) {
                file = SpoolFile.create(own, batch.getFirst().number());
            }
            stored(batch.size(), file.append(batch.stream().map(Unwritten::payload).toList()));
            return true;
        } catch (IOException e) {
            // The events stay in memory, which counts as a full spool, and go to another file in a second.
            if (file != null) {
                file.abandon();
            }
            failed(e);
            return false;
        }
    }

    private void stored(int records, long bytes) {
        lock.lock();
        try {
            if (!segments.contains(file.segment())) {
                segments.add(file.segment());
            }
            segments.grow(file.segment(), records, bytes);
            unwritten.remove(records);
            writing = false;
            if (failing) {
                log.info("the spool in {} can be written again", own.path());
            }
            failing = false;
            release();
        } finally {
            lock.unlock();
        }
    }

    private void failed(IOException e) {
        lock.lock();
        try {
            file = null;
            writing = false;
            failures++;
            if (!failing) {
                log.error("the spool in {} cannot be written, trying again every second: {}", own.path(), e.toString());
            }
            failing = true;
        } finally {
            lock.unlock();
        }
    }

    /** @return whether the spool is closed meanwhile */
    private boolean awaitRetry() throws InterruptedException {
        List<Unwritten> dropped;
        boolean closed;
        lock.lock();
        try {
            long left = RETRY_NANOS;
            while (!closing && left > 0) {
                left = changed.awaitNanos(left);
            }
            dropped = prune();
            closed = closing;
        } finally {
            lock.unlock();
        }
        dropped.forEach(event -> event.durable().run());
        return closed;
    }

    /** Events that were appended and not dropped. */
    long events() {
        return locked(() -> next - first);
    }

    /** What the spool takes on the disk, with what is about to be written, in bytes. */
    long bytes() {
        return locked(() -> segments.bytes() + unwritten.bytes());
    }

    /** The last attempt to write failed. */
    boolean failing() {
        return locked(() -> failing ? 1 : 0) == 1;
    }

    /** How often the disk did not take what was to be written. */
    long failures() {
        return locked(() -> failures);
    }

    /** Places in files that were no events. */
    long damaged() {
        return reader.damaged();
    }

    private long locked(LongSupplier value) {
        lock.lock();
        try {
            return value.getAsLong();
        } finally {
            lock.unlock();
        }
    }

    /** Writes what is in memory, 5 s at most, and gives the folders up to the next ingestor; the own one goes when it is empty. */
    @Override
    public void close() {
        locked(() -> {
            closing = true;
            changed.signalAll();
            return 0;
        });
        try {
            writer.join(CLOSE_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        locked(() -> {
            if (unwritten.size() > 0) {
                log.error("{} events could not be written to the spool", unwritten.size());
            }
            if (file != null) {
                file.close();
            }
            segments.close();
            return 0;
        });
    }
}

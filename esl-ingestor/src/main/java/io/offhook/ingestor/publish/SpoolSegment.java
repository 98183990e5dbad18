package io.offhook.ingestor.publish;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** One file of the spool and how far it is written and replayed. Guarded by the spool's lock, all but {@link #read}. */
final class SpoolSegment {

    private final SpoolDirectory directory;
    private final Path path;
    private long end;
    private long length;
    private long readOffset;

    /** @param first the spool's number of the first record in it */
    SpoolSegment(SpoolDirectory directory, Path path, long first) {
        this.directory = directory;
        this.path = path;
        this.end = first;
    }

    /**
     * Finds what a file holds that an ingestor left.
     *
     * @param torn a crash may have cut the last record: what follows the last whole one is no damage then
     */
    static SpoolSegment scan(SpoolDirectory directory, Path path, long first, boolean torn) throws IOException {
        var segment = new SpoolSegment(directory, path, first);
        ByteBuffer bytes;
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            bytes = segment.read(file, 0, file.size());
        }
        var frames = new SpoolFrames(bytes);
        int records = 0;
        while (frames.next() != null) {
            records++;
        }
        segment.written(records, torn ? frames.endOfLast() : bytes.limit());
        return segment;
    }

    /** The bytes from where replay stands up to {@code to}. */
    ByteBuffer read(long from, long to) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            return read(file, from, to);
        }
    }

    private ByteBuffer read(FileChannel file, long from, long to) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(to - from));
        while (bytes.hasRemaining()) {
            if (file.read(bytes, from + bytes.position()) < 0) {
                // Somebody cut the file: what is missing counts as damaged.
                break;
            }
        }
        return bytes.flip();
    }

    void written(long records, long bytes) {
        end += records;
        length += bytes;
    }

    void readUpTo(long offset) {
        readOffset = offset;
    }

    SpoolDirectory directory() {
        return directory;
    }

    Path path() {
        return path;
    }

    /** The spool's number behind the last record. */
    long end() {
        return end;
    }

    long length() {
        return length;
    }

    long readOffset() {
        return readOffset;
    }
}

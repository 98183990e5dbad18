package io.offhook.ingestor.publish;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file that the spool writes to now. Used by the spool's writer alone. */
final class SpoolFile implements Closeable {

    private static final Logger log = LoggerFactory.getLogger(SpoolFile.class);

    private final SpoolSegment segment;
    private final FileChannel channel;
    private long length;

    private SpoolFile(SpoolSegment segment, FileChannel channel) {
        this.segment = segment;
        this.channel = channel;
    }

    /** @param number of the first record that will stand in it */
    static SpoolFile create(SpoolDirectory directory, long number) throws IOException {
        Path path = directory.segment(number);
        // One of that name is only there when nothing could be written to it before.
        FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        try {
            directory.sync();
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        return new SpoolFile(new SpoolSegment(directory, path, number), channel);
    }

    SpoolSegment segment() {
        return segment;
    }

    /**
     * Appends the records and returns when the disk has them.
     *
     * @return bytes written
     * @throws IOException when not all are durable; the file is then to be closed, and all of them to be written to another
     */
    long append(List<byte[]> payloads) throws IOException {
        int bytes = payloads.stream().mapToInt(payload -> SpoolFrames.HEADER_BYTES + payload.length).sum();
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        payloads.forEach(payload -> SpoolFrames.put(buffer, payload));
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer, length + buffer.position());
        }
        channel.force(false);
        length += bytes;
        return bytes;
    }

    /** Gives the file up after a failed append, without what that may have left. */
    void abandon() {
        try (channel) {
            channel.truncate(length);
        } catch (IOException e) {
            // What is left behind the last record is passed over when the file is read after a crash.
            log.debug("{} cannot be cut to {} bytes", segment.path(), length, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // All that was appended is on disk already.
            log.debug("{} cannot be closed", segment.path(), e);
        }
    }
}

package io.offhook.api.audit;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;

import io.offhook.runtime.events.ReadRecord;

/**
 * The lines of an answer on their way to the client, which takes them as slowly as it likes: a write waits for it. What is written is
 * on its way within a second.
 */
final class LineOutput {

    private static final int BUFFER = 32 * 1024;
    private static final long FLUSH_NANOS = Duration.ofSeconds(1).toNanos();

    private final OutputStream out;
    private final long idleNanos;
    private final AuditLine line = new AuditLine();
    private long lastFlush = System.nanoTime();
    private boolean pending;

    /** @param idle after so long without a line an empty one is sent */
    LineOutput(OutputStream out, Duration idle) {
        this.out = new BufferedOutputStream(out, BUFFER);
        this.idleNanos = idle.toNanos();
    }

    void write(ReadRecord read) throws IOException {
        line.write(read, out);
        pending = true;
    }

    /**
     * To be called now and then, whether there was a line or not.
     *
     * @throws IOException when the client has gone
     */
    void tick() throws IOException {
        long waited = System.nanoTime() - lastFlush;
        if (pending && waited > FLUSH_NANOS) {
            flush();
        } else if (!pending && waited > idleNanos) {
            out.write('\n');
            flush();
        }
    }

    void flush() throws IOException {
        out.flush();
        pending = false;
        lastFlush = System.nanoTime();
    }
}

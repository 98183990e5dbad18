package io.offhook.dispatcher.retry;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.TransactionException;

/**
 * Writes for those who must not wait, in the order given, again and again while PostgreSQL is away. What waits is bounded by the
 * rows claimed and the lanes there are.
 */
final class DatabaseWriter implements AutoCloseable {

    private record Work(Runnable write, Runnable written) {}

    private static final Logger log = LoggerFactory.getLogger(DatabaseWriter.class);
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean closing;

    DatabaseWriter(String name) {
        this.thread = Thread.ofVirtual().name(name).start(this::run);
    }

    void write(Runnable write) {
        write(write, () -> {});
    }

    /** Writes that wait. */
    int waiting() {
        return queue.size();
    }

    /** @param written called once it is written, or refused for good */
    void write(Runnable write, Runnable written) {
        queue.add(new Work(write, written));
    }

    private void run() {
        try {
            while (!closing || !queue.isEmpty()) {
                Work work = queue.poll(100, TimeUnit.MILLISECONDS);
                if (work != null) {
                    untilWritten(work);
                }
            }
        } catch (InterruptedException e) {
            log.warn("{} writes were not made; leases run out and their rows are sent again", queue.size());
        }
    }

    private void untilWritten(Work work) throws InterruptedException {
        boolean complained = false;
        while (true) {
            try {
                work.write().run();
                work.written().run();
                return;
            } catch (DataIntegrityViolationException e) {
                // The same write will be refused again, and all others would wait behind it.
                log.error("PostgreSQL refuses a write, which is left out", e);
                work.written().run();
                return;
            } catch (DataAccessException | TransactionException e) {
                if (!complained) {
                    log.warn("PostgreSQL cannot be written, trying again until it can: {}",
                            NestedExceptionUtils.getMostSpecificCause(e).getMessage());
                    complained = true;
                }
                TimeUnit.MILLISECONDS.sleep(RETRY.toMillis());
            } catch (RuntimeException e) {
                log.error("a write failed and is left out", e);
                work.written().run();
                return;
            }
        }
    }

    @Override
    public void close() {
        closing = true;
        try {
            if (!thread.join(CLOSE_TIMEOUT)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package io.offhook.dispatcher.retry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.offhook.sender.AttemptResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.TransactionException;

/**
 * Writes how claimed rows ended, behind the lanes' backs: as many in one transaction as have ended meanwhile, again and again while
 * PostgreSQL is away. What waits is bounded by the rows that are claimed.
 */
final class RowSettler implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RowSettler.class);
    /** One transaction of some tens of milliseconds, so that a row's next event is not held up by its neighbours. */
    private static final int MAX_BATCH = 200;
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final SettleStore store;
    private final BlockingQueue<Settlement> queue = new LinkedBlockingQueue<>();
    private final AtomicInteger claimed = new AtomicInteger();
    private final Thread thread;
    private volatile boolean closing;

    RowSettler(SettleStore store) {
        this.store = store;
        this.thread = Thread.ofVirtual().name("row-settler").start(this::run);
    }

    /** Rows were claimed: each is going to end here. */
    void claimed(int rows) {
        claimed.addAndGet(rows);
    }

    /** Rows that are claimed and whose end is not written yet. */
    int underWay() {
        return claimed.get();
    }

    void delivered(ClaimedRow row, AttemptResult result) {
        queue.add(new Settlement.Delivered(row, result));
    }

    void failed(ClaimedRow row, AttemptResult result) {
        queue.add(new Settlement.Failed(row, result));
    }

    void release(ClaimedRow row) {
        queue.add(new Settlement.Released(row));
    }

    private void run() {
        var batch = new ArrayList<Settlement>(MAX_BATCH);
        try {
            while (!closing || !queue.isEmpty()) {
                Settlement first = queue.poll(100, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    queue.drainTo(batch, MAX_BATCH - 1);
                    untilWritten(batch);
                    claimed.addAndGet(-batch.size());
                    batch.clear();
                }
            }
        } catch (InterruptedException e) {
            log.warn("the end of {} rows was not written; leases run out and they are sent again",
                    batch.size() + queue.size());
        }
    }

    private void untilWritten(List<Settlement> batch) throws InterruptedException {
        boolean complained = false;
        while (true) {
            try {
                store.settle(batch);
                return;
            } catch (DataIntegrityViolationException e) {
                // The same write will be refused again, and all others would wait behind it.
                if (batch.size() == 1) {
                    log.error("PostgreSQL refuses how a row ended, which is left out: it is sent again", e);
                    return;
                }
                for (Settlement each : batch) {
                    untilWritten(List.of(each));
                }
                return;
            } catch (DataAccessException | TransactionException e) {
                if (!complained) {
                    log.warn("PostgreSQL cannot be written, trying again until it can: {}",
                            NestedExceptionUtils.getMostSpecificCause(e).getMessage());
                    complained = true;
                }
                TimeUnit.MILLISECONDS.sleep(RETRY.toMillis());
            } catch (RuntimeException e) {
                log.error("the end of {} rows could not be written; leases run out and they are sent again",
                        batch.size(), e);
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

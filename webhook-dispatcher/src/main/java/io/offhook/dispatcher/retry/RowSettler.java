package io.offhook.dispatcher.retry;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.offhook.sender.AttemptResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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

    private final SettleStore store;
    private final Queue<Settlement> ended = new ConcurrentLinkedQueue<>();
    private final AtomicInteger claimed = new AtomicInteger();
    private final DatabaseWriter writer = new DatabaseWriter("row-settler");

    RowSettler(SettleStore store) {
        this.store = store;
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
        end(new Settlement.Delivered(row, result));
    }

    void failed(ClaimedRow row, AttemptResult result) {
        end(new Settlement.Failed(row, result));
    }

    void release(ClaimedRow row) {
        end(new Settlement.Released(row));
    }

    /** The first write takes along what has ended meanwhile, so that most find nothing left to do. */
    private void end(Settlement settlement) {
        ended.add(settlement);
        writer.write(this::writeBatch);
    }

    /** Run again while PostgreSQL is away, so that what it writes leaves the queue last. */
    private void writeBatch() {
        List<Settlement> batch = ended.stream().limit(MAX_BATCH).toList();
        if (batch.isEmpty()) {
            return;
        }
        try {
            store.settle(batch);
        } catch (DataIntegrityViolationException e) {
            // The same write will be refused again, and all others would wait behind it.
            batch.forEach(this::writeAlone);
        } catch (DataAccessException | TransactionException e) {
            throw e;
        } catch (RuntimeException e) {
            log.error("the end of {} rows could not be written; leases run out and they are sent again", batch.size(),
                    e);
        }
        batch.forEach(_ -> ended.remove());
        claimed.addAndGet(-batch.size());
    }

    private void writeAlone(Settlement settlement) {
        try {
            store.settle(List.of(settlement));
        } catch (DataIntegrityViolationException e) {
            log.error("PostgreSQL refuses how a row ended, which is left out: it is sent again", e);
        }
    }

    /** Writes what has ended, for 2 s at most: the leases of the rest run out. */
    @Override
    public void close() {
        writer.close();
    }
}

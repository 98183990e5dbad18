package io.offhook.dispatcher.attempt;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Keeps the partitions of attempts as they should be: at its start, then hourly. */
final class PartitionKeeper implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PartitionKeeper.class);
    /** Partitions are made a day ahead at least, and dropped up to this late. */
    private static final Duration INTERVAL = Duration.ofHours(1);
    private static final Duration RETRY = Duration.ofSeconds(10);

    private final AttemptPartitions partitions;
    private final Thread thread = Thread.ofVirtual().name("attempt-partitions").unstarted(this::run);

    PartitionKeeper(AttemptPartitions partitions) {
        this.partitions = partitions;
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep((keep() ? INTERVAL : RETRY).toMillis());
            }
        } catch (InterruptedException e) {
            log.debug("ended");
        }
    }

    private boolean keep() {
        try {
            partitions.keep();
            return true;
        } catch (DataAccessException | TransactionException e) {
            // The persister makes the partitions that it needs, so only dropping is late.
            log.warn("partitions of attempts cannot be kept now, trying again in {} s: {}", RETRY.toSeconds(),
                    NestedExceptionUtils.getMostSpecificCause(e).getMessage());
            return false;
        } catch (RuntimeException e) {
            log.error("partitions of attempts cannot be kept, trying again in {} s", RETRY.toSeconds(), e);
            return false;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}

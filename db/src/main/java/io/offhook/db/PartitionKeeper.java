package io.offhook.db;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Keeps the partitions of some tables as they should be: at its start, then hourly. */
public final class PartitionKeeper implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PartitionKeeper.class);
    /** Partitions are made a day ahead at least, and dropped up to this late. */
    private static final Duration INTERVAL = Duration.ofHours(1);
    private static final Duration RETRY = Duration.ofSeconds(10);

    private final List<DayPartitions> tables;
    private final Thread thread = Thread.ofVirtual().name("partitions").unstarted(this::run);

    public PartitionKeeper(List<DayPartitions> tables) {
        this.tables = List.copyOf(tables);
    }

    /** Once the schema is there. */
    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                boolean kept = true;
                for (DayPartitions table : tables) {
                    kept &= keep(table);
                }
                TimeUnit.MILLISECONDS.sleep((kept ? INTERVAL : RETRY).toMillis());
            }
        } catch (InterruptedException e) {
            log.debug("ended");
        }
    }

    private static boolean keep(DayPartitions table) {
        try {
            table.keep();
            return true;
        } catch (DataAccessException | TransactionException e) {
            // Whoever writes rows makes the partitions that it needs, so only dropping is late.
            log.warn("partitions of {} cannot be kept now, trying again in {} s: {}", table.table(),
                    RETRY.toSeconds(), NestedExceptionUtils.getMostSpecificCause(e).getMessage());
            return false;
        } catch (RuntimeException e) {
            log.error("partitions of {} cannot be kept, trying again in {} s", table.table(), RETRY.toSeconds(), e);
            return false;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}

package io.offhook.dispatcher.replay;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * How far a run has come, written often enough that a successor repeats little. While PostgreSQL is away a run stands still: it could
 * neither say how far it is nor know whether it may go on.
 */
final class ReplayBooks {

    private static final Logger log = LoggerFactory.getLogger(ReplayBooks.class);
    private static final long AGAIN_MILLIS = 500;
    /** A second counts for a third, so that the rate tells of the last few. */
    private static final double RATE_WEIGHT = 1 / 3.0;

    private final ReplayStore store;
    private final ClaimedReplay replay;
    private final ReplaySettings settings;
    private final BooleanSupplier stopping;
    private final SortedMap<Integer, PartitionProgress> partitions = new TreeMap<>();
    private PartitionProgress current;
    private WaitsFor waitsFor;
    private long matched;
    private long delivered;
    private long failed;
    private double eventsPerSec;
    private long savedMatched;
    private long savedNanos = System.nanoTime();
    private long sliceEndsNanos;
    private boolean over;

    /** @param stopping the dispatcher ends */
    ReplayBooks(ReplayStore store, ClaimedReplay replay, ReplaySettings settings, BooleanSupplier stopping) {
        this.store = store;
        this.replay = replay;
        this.settings = settings;
        this.stopping = stopping;
        this.matched = replay.matched();
        this.savedMatched = matched;
        this.delivered = replay.delivered();
        this.failed = replay.failed();
        this.sliceEndsNanos = System.nanoTime() + settings.slice().toNanos();
    }

    void open(List<PartitionProgress> known) {
        known.forEach(part -> partitions.put(part.partition(), part));
    }

    PartitionProgress of(int partition) {
        return partitions.get(partition);
    }

    long failed() {
        return failed;
    }

    /** An event that a dry run would deliver. */
    void counted() {
        matched++;
    }

    void delivered() {
        matched++;
        delivered++;
    }

    void handedOff() {
        matched++;
        failed++;
    }

    /** All before the offset is settled. */
    void reached(int partition, long next, Instant readTo) {
        waitsFor = null;
        if (current != null && current.partition() != partition) {
            save();
        }
        current = partitions.get(partition).reached(next, readTo);
        partitions.put(partition, current);
    }

    /** To be called between two events, and while nothing happens: saves when it is time to. @throws RunEnded when there is no going on */
    void goOn() {
        beat();
        if (over) {
            throw new RunEnded(RunEnded.Why.OVER);
        }
        if (stopping.getAsBoolean() || isOthersTurn()) {
            throw new RunEnded(RunEnded.Why.LEFT);
        }
    }

    private boolean isOthersTurn() {
        if (System.nanoTime() - sliceEndsNanos < 0) {
            return false;
        }
        sliceEndsNanos = System.nanoTime() + settings.slice().toNanos();
        try {
            return store.isAnyWaiting();
        } catch (DataAccessException | TransactionException e) {
            // The next save waits for PostgreSQL.
            return false;
        }
    }

    /** Waits a moment, for a reason that users see. @throws RunEnded when there is no going on */
    void pause(WaitsFor reason, long millis) {
        waitsFor = reason;
        sleep(millis);
        goOn();
    }

    /** As {@link #goOn()} for one who waits for a request under way, and must see its end first. */
    void beat() {
        boolean due = System.nanoTime() - savedNanos >= settings.saveInterval().toNanos()
                || !replay.dryRun() && matched - savedMatched >= settings.saveEvery();
        if (due && !over) {
            save();
        }
    }

    /** No more is to be delivered or handed off. */
    boolean mustEnd() {
        return over || stopping.getAsBoolean();
    }

    /** Whether the replay is still this run's; asked before what cannot be taken back. */
    boolean isMine() {
        save();
        return !over;
    }

    /** Writes how far it is; again and again while PostgreSQL is away. */
    void save() {
        Totals totals = totals();
        boolean complained = false;
        while (true) {
            try {
                over |= !store.save(replay, totals, Optional.ofNullable(current), Optional.ofNullable(waitsFor));
                return;
            } catch (DataAccessException | TransactionException e) {
                if (!complained) {
                    log.warn("replay {} stands still until PostgreSQL answers: {}", replay.id(),
                            NestedExceptionUtils.getMostSpecificCause(e).getMessage());
                    complained = true;
                }
                sleep(AGAIN_MILLIS);
                if (mustEnd()) {
                    // Its lease runs out; what came since the last save is repeated.
                    over = true;
                    return;
                }
            }
        }
    }

    private Totals totals() {
        long now = System.nanoTime();
        double seconds = Math.max(1e-3, (now - savedNanos) / 1e9);
        double weight = Math.min(1, seconds * RATE_WEIGHT);
        eventsPerSec += weight * ((matched - savedMatched) / seconds - eventsPerSec);
        savedMatched = matched;
        savedNanos = now;
        long all = partitions.values().stream().mapToLong(part -> part.end() - part.start()).sum();
        long done = partitions.values().stream().mapToLong(part -> part.next() - part.start()).sum();
        return new Totals(matched, delivered, failed, all == 0 ? 0 : (double) done / all, eventsPerSec);
    }

    private void sleep(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            over = true;
        }
    }
}

package io.offhook.dispatcher.retry;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Ends rows that are too old or too many, removes those that ended long ago. A thread of its own: claims do not wait for it. */
final class Sweeper implements AutoCloseable {

    /** When an endpoint's open rows were counted. */
    private record Known(long pending, long handOffs, long countedAtNanos) {}

    private static final Logger log = LoggerFactory.getLogger(Sweeper.class);
    /** Rows that one statement ends: some tenths of a second, in which nobody else can change them. */
    private static final int BATCH = 1000;
    /** Rows that become pending again by a resend are no hand-offs: so late they are counted at the latest. */
    private static final long COUNT_AGAIN_NANOS = Duration.ofMinutes(10).toNanos();

    private final SweepStore store;
    private final RetrySettings settings;
    private final RetryMetrics metrics;
    private final Rounds rounds = new Rounds("row-sweeper", this::sweepUnlessAway);
    private final Map<UUID, Known> known = new HashMap<>();

    Sweeper(SweepStore store, RetrySettings settings, RetryMetrics metrics) {
        this.store = store;
        this.settings = settings;
        this.metrics = metrics;
    }

    void start() {
        rounds.start();
    }

    private long sweepUnlessAway() {
        BooleanSupplier timed = this::sweep;
        try {
            return metrics.sweep.record(timed) ? 0 : settings.sweepInterval().toNanos();
        } catch (DataAccessException | TransactionException e) {
            // The claimer says once that PostgreSQL is away; the next sweep does what this one did not.
            log.debug("no sweep: {}", NestedExceptionUtils.getMostSpecificCause(e).getMessage());
        } catch (RuntimeException e) {
            log.error("a sweep failed, going on", e);
        }
        return settings.sweepInterval().toNanos();
    }

    /** @return whether there is more to do at once */
    boolean sweep() {
        int old = store.exhaustOld(BATCH);
        metrics.exhaustedByAge.increment(old);
        if (old > 0) {
            log.warn("{} webhooks were not delivered within {} and are exhausted", old, settings.maxAge());
        }
        int removed = store.removeEnded(BATCH);
        metrics.removed.increment(removed);
        // A full batch means that there is more.
        return exhaustBeyond() | old == BATCH | removed == BATCH;
    }

    private boolean exhaustBeyond() {
        // Read before the rows are counted, so that what comes between counts twice rather than not at all.
        long handOffs = store.handOffsPersisted();
        List<UUID> endpoints = store.endpointsWithRows();
        known.keySet().retainAll(endpoints);
        boolean more = false;
        for (UUID endpoint : endpoints) {
            if (mayHaveTooMany(endpoint, handOffs)) {
                Optional<SweepStore.Counted> counted = store.exhaustBeyond(endpoint, BATCH);
                counted.ifPresent(count -> report(endpoint, count, handOffs));
                more |= counted.filter(count -> count.exhausted() == BATCH).isPresent();
            }
        }
        return more;
    }

    private boolean mayHaveTooMany(UUID endpoint, long handOffs) {
        Known last = known.get(endpoint);
        return last == null || last.pending() + handOffs - last.handOffs() > settings.maxPending()
                || System.nanoTime() - last.countedAtNanos() > COUNT_AGAIN_NANOS;
    }

    private void report(UUID endpoint, SweepStore.Counted counted, long handOffs) {
        known.put(endpoint, new Known(counted.pending(), handOffs, System.nanoTime()));
        metrics.exhaustedByNumber.increment(counted.exhausted());
        if (counted.exhausted() > 0) {
            log.atWarn().addKeyValue("endpoint_id", endpoint).log(
                    "endpoint has more than {} webhooks to be sent again, the oldest {} are exhausted",
                    settings.maxPending(), counted.exhausted());
        }
    }

    @Override
    public void close() {
        rounds.close();
    }
}

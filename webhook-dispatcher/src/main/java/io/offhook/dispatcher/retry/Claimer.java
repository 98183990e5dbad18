package io.offhook.dispatcher.retry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import io.offhook.dispatcher.endpoint.EndpointRegistry;
import io.offhook.dispatcher.endpoint.RegisteredEndpoint;
import io.offhook.dispatcher.lane.Lanes;
import io.offhook.model.Endpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Brings due rows back into their lanes, as many as each lane can send now; sees to old rows now and then. */
final class Claimer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Claimer.class);
    /** A claimed row may wait for the requests before it: three of them bound that. */
    private static final int REQUESTS_PER_LEASE = 3;
    private static final Duration LEASE_SLACK = Duration.ofSeconds(10);
    /** Of the slack, what is left for writing the outcome. */
    private static final Duration SETTLE_TIME = Duration.ofSeconds(5);
    private static final int SWEEP_BATCH = 1000;

    private final RetryStore store;
    private final RowSettler settler;
    private final EndpointRegistry registry;
    private final Lanes lanes;
    private final RetrySettings settings;
    private final Thread thread = Thread.ofVirtual().name("claimer").unstarted(this::run);
    private long nextSweepNanos = System.nanoTime();
    private volatile boolean stopping;

    Claimer(RetryStore store, RowSettler settler, EndpointRegistry registry, Lanes lanes, RetrySettings settings) {
        this.store = store;
        this.settler = settler;
        this.registry = registry;
        this.lanes = lanes;
        this.settings = settings;
    }

    void start() {
        thread.start();
    }

    private void run() {
        boolean away = false;
        try {
            while (!stopping) {
                int claimed = 0;
                try {
                    claimed = registry.isCurrent() ? claim() : 0;
                    sweep();
                    away = false;
                } catch (DataAccessException | TransactionException e) {
                    if (!away) {
                        log.warn("rows cannot be claimed while PostgreSQL is away: {}",
                                NestedExceptionUtils.getMostSpecificCause(e).getMessage());
                    }
                    away = true;
                } catch (RuntimeException e) {
                    log.error("a claim failed, going on", e);
                }
                // Where rows were found there may be more: the lanes say how many they take.
                TimeUnit.MILLISECONDS.sleep(
                        claimed > 0 ? settings.claimInterval().toMillis() / 10 : settings.claimInterval().toMillis());
            }
        } catch (InterruptedException e) {
            log.debug("stopped");
        }
    }

    private int claim() {
        UUID lease = UUID.randomUUID();
        var wants = new ArrayList<RetryStore.Want>();
        var rows = new ArrayList<ClaimedRow>();
        for (RetryStore.DueLane due : store.dueLanes()) {
            Optional<RegisteredEndpoint> registered = registry.snapshot().find(due.endpoint())
                    .filter(e -> e.endpoint().enabled());
            if (registered.isEmpty()) {
                continue;
            }
            int capacity = lanes.retryCapacity(registered.get());
            if (due.open()) {
                rows.addAll(store.claimProbe(want(registered.get().endpoint(), 1), lease, settler));
            } else if (capacity > 0) {
                wants.add(want(registered.get().endpoint(), capacity));
            }
        }
        if (!wants.isEmpty()) {
            rows.addAll(store.claim(wants, lease, settler));
        }
        offer(rows);
        return rows.size();
    }

    private void offer(List<ClaimedRow> rows) {
        for (ClaimedRow row : rows) {
            boolean taken = registry.snapshot().find(row.endpointId()).map(endpoint -> lanes.offer(endpoint, row))
                    .orElse(false);
            if (!taken) {
                settler.release(row);
            }
        }
    }

    private static RetryStore.Want want(Endpoint endpoint, int rows) {
        Duration attempt = Duration.ofSeconds((long) endpoint.connectionTimeoutSec() + endpoint.requestTimeoutSec());
        Duration lease = attempt.multipliedBy(REQUESTS_PER_LEASE).plus(LEASE_SLACK);
        return new RetryStore.Want(endpoint.id(), rows, lease, lease.minus(attempt).minus(SETTLE_TIME));
    }

    private void sweep() {
        if (System.nanoTime() - nextSweepNanos < 0) {
            return;
        }
        int exhausted = store.exhaustOld(SWEEP_BATCH);
        int removed = store.removeEnded(SWEEP_BATCH);
        if (exhausted > 0) {
            log.warn("{} webhooks were not delivered within {} and are exhausted", exhausted, settings.maxAge());
        }
        // A full batch means that there is more.
        boolean more = exhausted == SWEEP_BATCH || removed == SWEEP_BATCH;
        nextSweepNanos = System.nanoTime() + (more ? 0 : settings.sweepInterval().toNanos());
    }

    @Override
    public void close() {
        stopping = true;
        try {
            if (!thread.join(Duration.ofSeconds(2))) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package io.offhook.dispatcher.retry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

/**
 * Brings due rows back into their lanes, as many as each lane can send now. Every interval it asks which lanes are due. A lane that
 * gave all that was wanted of it has a backlog: in between it is asked again as often as it has room, so that a backlog leaves as fast
 * as its receiver takes it, and that question costs nothing to the lanes without one.
 */
final class Claimer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Claimer.class);
    /** A claimed row may wait for the requests before it: three of them bound that. */
    private static final int REQUESTS_PER_LEASE = 3;
    private static final Duration LEASE_SLACK = Duration.ofSeconds(10);
    /** Of the slack, what is left for writing the outcome. */
    private static final Duration SETTLE_TIME = Duration.ofSeconds(5);
    /** Looks at lanes with a backlog per interval: 5 ms at the default of 250 ms, in which a fast receiver empties its lane. */
    private static final int LOOKS_PER_INTERVAL = 50;
    /** Rows claimed at a time in this dispatcher, all lanes together: at 2 KiB a row 16 MiB. Each lane gets its least beyond it. */
    private static final int MAX_CLAIMED = 8192;
    private static final int LEAST_PER_LANE = 2;
    private static final int WAKE_BATCH = 1000;

    private final RetryStore store;
    private final RowSettler settler;
    private final EndpointRegistry registry;
    private final Lanes lanes;
    private final RetrySettings settings;
    private final RetryMetrics metrics;
    private final Rounds rounds = new Rounds("claimer", this::claimUnlessAway);
    private boolean away;
    /** Lanes that have more than was claimed. */
    private final Set<UUID> backlogs = new HashSet<>();
    private long nextLookNanos = System.nanoTime();

    Claimer(RetryStore store, RowSettler settler, EndpointRegistry registry, Lanes lanes, RetrySettings settings,
            RetryMetrics metrics) {
        this.store = store;
        this.settler = settler;
        this.registry = registry;
        this.lanes = lanes;
        this.settings = settings;
        this.metrics = metrics;
    }

    void start() {
        rounds.start();
    }

    private long claimUnlessAway() {
        try {
            round();
            away = false;
        } catch (DataAccessException | TransactionException e) {
            if (!away) {
                log.warn("rows cannot be claimed while PostgreSQL is away: {}",
                        NestedExceptionUtils.getMostSpecificCause(e).getMessage());
            }
            away = true;
            backlogs.clear();
        } catch (RuntimeException e) {
            log.error("a claim failed, going on", e);
            backlogs.clear();
        }
        return pauseNanos();
    }

    private long pauseNanos() {
        long toNextLook = nextLookNanos - System.nanoTime();
        return backlogs.isEmpty()
                ? toNextLook
                : Math.min(toNextLook, settings.claimInterval().toNanos() / LOOKS_PER_INTERVAL);
    }

    private void round() {
        boolean look = System.nanoTime() - nextLookNanos >= 0;
        if (look) {
            nextLookNanos = System.nanoTime() + settings.claimInterval().toNanos();
            backlogs.clear();
        }
        if (!registry.isCurrent()) {
            backlogs.clear();
            return;
        }
        long began = System.nanoTime();
        int lookedAt = look ? claimDue() : claimOf(backlogs);
        if (lookedAt > 0) {
            metrics.claim.record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
        }
    }

    private int claimDue() {
        store.wakePassable(WAKE_BATCH);
        var closed = new ArrayList<UUID>();
        int lookedAt = 0;
        for (RetryStore.DueLane due : store.dueLanes()) {
            if (due.open()) {
                lookedAt += enabled(due.endpoint()).map(this::claimProbe).orElse(0);
            } else {
                closed.add(due.endpoint());
            }
        }
        return lookedAt + claimOf(closed);
    }

    private int claimProbe(RegisteredEndpoint endpoint) {
        return taken(store.claimProbe(want(endpoint.endpoint(), 1), UUID.randomUUID(), settler));
    }

    /** @return rows looked at */
    private int claimOf(Collection<UUID> endpoints) {
        List<RetryStore.Want> wants = wants(endpoints);
        if (wants.isEmpty()) {
            return 0;
        }
        RetryStore.Claim claim = store.claim(wants, UUID.randomUUID(), settler);
        for (RetryStore.Want want : wants) {
            if (claim.lookedAt().getOrDefault(want.endpoint(), 0) >= want.rows()) {
                backlogs.add(want.endpoint());
            } else {
                backlogs.remove(want.endpoint());
            }
        }
        return taken(claim);
    }

    /** What each lane has room for, and of what all may hold together an equal share; in another order each time. */
    private List<RetryStore.Want> wants(Collection<UUID> endpoints) {
        var shuffled = new ArrayList<>(endpoints);
        Collections.shuffle(shuffled);
        int share = Math.max(LEAST_PER_LANE,
                (MAX_CLAIMED - settler.underWay()) / Math.max(1, shuffled.size()));
        var wants = new ArrayList<RetryStore.Want>();
        for (UUID id : shuffled) {
            enabled(id).ifPresent(endpoint -> {
                int rows = Math.min(lanes.retryCapacity(endpoint), share);
                if (rows > 0) {
                    wants.add(want(endpoint.endpoint(), rows));
                }
            });
        }
        return wants;
    }

    private Optional<RegisteredEndpoint> enabled(UUID id) {
        return registry.snapshot().find(id).filter(found -> found.endpoint().enabled());
    }

    private int taken(RetryStore.Claim claim) {
        int lookedAt = claim.lookedAt().values().stream().mapToInt(Integer::intValue).sum();
        metrics.claimed.increment(claim.rows().size());
        metrics.waiting.increment(lookedAt - claim.rows().size());
        settler.claimed(claim.rows().size());
        for (ClaimedRow row : claim.rows()) {
            boolean taken = registry.snapshot().find(row.endpointId()).map(endpoint -> lanes.offer(endpoint, row))
                    .orElse(false);
            if (!taken) {
                // Its breaker has opened, or it is gone: not asked again before the next look at all lanes.
                backlogs.remove(row.endpointId());
                settler.release(row);
            }
        }
        return lookedAt;
    }

    private static RetryStore.Want want(Endpoint endpoint, int rows) {
        Duration attempt = Duration.ofSeconds((long) endpoint.connectionTimeoutSec() + endpoint.requestTimeoutSec());
        Duration lease = attempt.multipliedBy(REQUESTS_PER_LEASE).plus(LEASE_SLACK);
        return new RetryStore.Want(endpoint.id(), rows, lease, lease.minus(attempt).minus(SETTLE_TIME));
    }

    @Override
    public void close() {
        rounds.close();
    }
}

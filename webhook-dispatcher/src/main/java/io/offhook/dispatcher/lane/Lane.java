package io.offhook.dispatcher.lane;

import java.util.ArrayDeque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

import io.offhook.model.Endpoint;
import io.offhook.sender.AttemptResult;

/**
 * The deliveries to one endpoint. What is wrong with the endpoint stays in here: its slots, its queue and its breaker bound what it
 * can hold of the dispatcher. Live deliveries go first; a retry always gets a slot of its own, so that neither starves the other.
 */
final class Lane {

    /**
     * A delivery to send now.
     *
     * @param epoch the breaker's, in which it starts
     * @param probe the one attempt that an open breaker lets through
     */
    record Start(Delivery delivery, int epoch, boolean probe) {}

    private static final int DRAIN_SECONDS = 4;

    private final UUID endpoint;
    private final LaneSettings settings;
    private final LaneLoad load;
    private final LaneHealth health;
    private final LiveQueue live;
    private final ArrayDeque<RetryDelivery> retries = new ArrayDeque<>();
    /** The live delivery that was let through an open breaker, until it starts. */
    private LegDelivery probing;
    private final ReplaySlot replay = new ReplaySlot();
    private TokenBucket tokens;
    private int liveInFlight;
    private int retriesInFlight;
    private boolean lastWasLive;
    private final LaneSpeed speed = new LaneSpeed();
    private final AtomicBoolean inLine = new AtomicBoolean();

    Lane(UUID endpoint, LaneSettings settings, LaneLoad load, LaneHealth health) {
        this.endpoint = endpoint;
        this.settings = settings;
        this.load = load;
        this.health = health;
        this.live = new LiveQueue(load);
    }

    /** Takes the endpoint's limits; a dispatcher has the share of them that it has of the partitions. */
    synchronized void configure(Endpoint current, int ownedPartitions, int allPartitions, long nowNanos) {
        health.setShare(SlowStart.share(current.maxInFlight(), ownedPartitions, allPartitions));
        if (current.rateLimitPerSec() == null) {
            tokens = null;
            return;
        }
        double rate = current.rateLimitPerSec()
                * (allPartitions <= 0 ? 1.0 : Math.max(1, ownedPartitions) / (double) allPartitions);
        if (tokens == null) {
            tokens = new TokenBucket(rate, nowNanos);
        } else {
            tokens.setRate(rate, nowNanos);
        }
    }

    /**
     * What the fleet knows.
     *
     * @param openStep back-off step of an open breaker, from 1; 0 when it is closed
     */
    synchronized void onFleetState(int openStep, boolean degraded, long snapshotTakenAtNanos, long nowNanos) {
        boolean wasOpen = health.isOpen();
        health.onFleetState(openStep, degraded, liveInFlight == 0 && retriesInFlight == 0, snapshotTakenAtNanos);
        if (!wasOpen && health.isOpen()) {
            clearQueue();
        }
        handOffOverdue(nowNanos);
    }

    /** So many moves of the breaker made here are in the database. */
    synchronized void onMovesWritten(int moves, long nowNanos) {
        health.onMovesWritten(moves, nowNanos);
    }

    /**
     * Takes a live delivery, or ends it at once with a hand-off.
     *
     * @param alone PostgreSQL is away: an open breaker lets a delivery through now and then, since nobody can claim a row as a probe
     */
    synchronized void offer(LegDelivery delivery, boolean alone, long nowNanos) {
        if (live.waiting() == 0 && liveInFlight == 0) {
            speed.onBegun(nowNanos);
        }
        if (live.holds(delivery.message().uuid())) {
            // Never past what is ahead of it, not even to the retry path: a leg has three events at most, so this stays bounded.
            live.add(delivery, nowNanos);
        } else if (delivery.leg().isHandedOff(endpoint)) {
            handOff(delivery, HandOffReason.ORDERED);
        } else if (health.isOpen() && alone && health.takeOwnProbe(nowNanos)) {
            probing = delivery;
            live.add(delivery, nowNanos);
        } else if (health.isOpen()) {
            handOff(delivery, HandOffReason.BREAKER_OPEN);
        } else if (live.waiting() >= queueLimit()) {
            handOff(delivery, tooMuch());
        } else {
            live.add(delivery, nowNanos);
        }
    }

    /** @return false when the lane cannot take it now; the caller keeps it */
    synchronized boolean offer(RetryDelivery delivery) {
        if (health.isOpen() ? !delivery.probe() : retryCapacity() <= 0) {
            return false;
        }
        retries.addLast(delivery);
        return true;
    }

    /** @return false when the lane cannot take it now; the caller keeps it */
    synchronized boolean offer(ReplayDelivery delivery) {
        return !health.isOpen() && replay.offer(delivery);
    }

    /** Rows worth claiming for this lane now. */
    synchronized int retryCapacity() {
        return Math.max(0, Math.max(1, health.slots()) * 2 - retries.size() - retriesInFlight);
    }

    /** Among the lanes that wait for their turn. @return false when it was already */
    boolean joinsLine() {
        return inLine.compareAndSet(false, true);
    }

    void leftLine() {
        inLine.set(false);
    }

    synchronized boolean isOpen() { return health.isOpen(); }

    /** What would be sent within seconds may wait: a moment's backlog after a rebalance is nothing to bother PostgreSQL with. */
    private int queueLimit() {
        double perSecond = speed.perSecond(health.slots());
        if (tokens != null) {
            perSecond = Math.min(perSecond, tokens.perSecond());
        }
        return Math.min(Math.max(settings.queue(), (int) (DRAIN_SECONDS * perSecond)), load.queueLimit());
    }

    /** What waits here, unless nothing was delivered for a second although it could have been. */
    synchronized int waitingWhileMoving(long nowNanos) {
        return speed.isMoving(nowNanos) && !health.isOpen() ? live.waiting() : 0;
    }

    synchronized int liveWaiting() {
        return live.waiting();
    }

    synchronized int waiting() {
        return live.waiting() + retries.size();
    }

    synchronized boolean isIdle() {
        return live.waiting() + retries.size() + liveInFlight + retriesInFlight == 0
                && !replay.isReady() && replay.inFlight() == 0;
    }

    /** The next delivery that may start, {@code null} when there is none or no slot or token for it. */
    synchronized Start next(long nowNanos) {
        handOffOverdue(nowNanos);
        while (!retries.isEmpty() && retries.getFirst().isStale(nowNanos)) {
            retries.removeFirst().handedOff(HandOffReason.QUEUE_FULL);
        }
        boolean retry = pickRetry();
        boolean replayed = !retry && !live.hasReady() && replay.isReady();
        if (!hasSlot() || !retry && !live.hasReady() && !replayed || tokens != null && !tokens.take(nowNanos)) {
            return null;
        }
        if (replayed) {
            ReplayDelivery delivery = replay.start();
            return delivery == null ? null : new Start(delivery, health.epoch(), false);
        }
        lastWasLive = !retry;
        if (retry) {
            retriesInFlight++;
            RetryDelivery delivery = retries.removeFirst();
            return new Start(delivery, health.epoch(), delivery.probe());
        }
        liveInFlight++;
        LegDelivery delivery = live.start();
        boolean probe = delivery == probing;
        if (probe) {
            probing = null;
        }
        return new Start(delivery, health.epoch(), probe);
    }

    private boolean hasSlot() {
        return liveInFlight + retriesInFlight + replay.inFlight() < Math.min(health.slots(), load.slotLimit());
    }

    /** A retry waits while live deliveries go, unless none of its kind is under way and it is its turn. */
    private boolean pickRetry() {
        if (retries.isEmpty()) {
            return false;
        }
        boolean itsTurn = retriesInFlight == 0
                && (health.slots() > 1 ? liveInFlight >= health.slots() - 1 : lastWasLive);
        return itsTurn || !live.hasReady();
    }

    /** Until a token is there, when only a token is missing; 0 when nothing waits for one. */
    synchronized long nanosToToken(long nowNanos) {
        boolean waits = tokens != null && (live.hasReady() || !retries.isEmpty() || replay.isReady()) && hasSlot();
        return waits ? tokens.nanosToNext(nowNanos) : 0;
    }

    /** The endpoint no longer exists: nothing is owed to it. */
    synchronized void droppedAtStart(Start start) {
        endSlot(start.delivery());
        start.delivery().dropped();
        if (start.delivery() instanceof LegDelivery delivery) {
            live.removeBehind(delivery.message().uuid()).forEach(Delivery::dropped);
        }
    }

    /** Not to be sent now, for a reason that is not the delivery's. */
    synchronized void handedOffAtStart(Start start, HandOffReason reason) {
        endSlot(start.delivery());
        if (start.delivery() instanceof LegDelivery delivery) {
            handOff(delivery, reason);
            live.removeBehind(delivery.message().uuid()).forEach(behind -> handOff(behind, HandOffReason.ORDERED));
        } else {
            start.delivery().handedOff(reason);
        }
    }

    synchronized void ended(Start start, AttemptResult result) {
        endSlot(start.delivery());
        boolean wasOpen = health.isOpen();
        health.learn(start, result);
        if (result.delivered()) {
            speed.onDelivered(result.duration(), System.nanoTime());
        }
        if (!wasOpen && health.isOpen()) {
            clearQueue();
        }
        if (start.delivery() instanceof LegDelivery delivery) {
            endLive(delivery, result);
        } else if (result.delivered()) {
            start.delivery().delivered(result);
        } else {
            start.delivery().failed(result);
        }
    }

    private void endLive(LegDelivery delivery, AttemptResult result) {
        String uuid = delivery.message().uuid();
        if (!result.delivered()) {
            delivery.leg().handOff(endpoint);
            delivery.failed(result);
            live.removeBehind(uuid).forEach(behind -> handOff(behind, HandOffReason.ORDERED));
            return;
        }
        delivery.delivered(result);
        if (health.isOpen()) {
            live.removeBehind(uuid).forEach(behind -> handOff(behind, HandOffReason.BREAKER_OPEN));
        } else {
            live.ended(uuid, System.nanoTime());
        }
    }

    /** However many wait and however slow the receiver is, the offset of a record does not wait for that. */
    private void handOffOverdue(long nowNanos) {
        for (;;) {
            List<LegDelivery> leg = live.removeOverdue(nowNanos, settings.queueWait().toNanos());
            if (leg.isEmpty()) {
                return;
            }
            handOff(leg.getFirst(), tooMuch());
            leg.subList(1, leg.size()).forEach(behind -> handOff(behind, HandOffReason.ORDERED));
        }
    }

    private HandOffReason tooMuch() {
        return tokens == null ? HandOffReason.QUEUE_FULL : HandOffReason.RATE_LIMITED;
    }

    private void endSlot(Delivery delivery) {
        if (delivery instanceof LegDelivery) {
            liveInFlight--;
        } else if (delivery instanceof ReplayDelivery) {
            replay.ended();
        } else {
            retriesInFlight--;
        }
    }

    /** What waits behind a request under way stays until that has ended, so that nothing passes it. */
    private void clearQueue() {
        live.removeIdleLegs().forEach(delivery -> handOff(delivery, HandOffReason.BREAKER_OPEN));
        while (!retries.isEmpty()) {
            retries.removeFirst().handedOff(HandOffReason.BREAKER_OPEN);
        }
        replay.clear(HandOffReason.BREAKER_OPEN);
    }

    private void handOff(LegDelivery delivery, HandOffReason reason) {
        delivery.leg().handOff(endpoint);
        delivery.handedOff(reason);
    }

    /** Takes out what has not started and ends nothing: its partition has another owner, who has the records. */
    synchronized List<LegDelivery> forget(Predicate<LegDelivery> lost) {
        return live.removeWaiting(lost);
    }

    /**
     * Hands off all that has not started. What waits behind a request under way is left to the next owner of its partition, who has
     * the records: handed off now, it could pass that request.
     */
    synchronized void shutDown() {
        live.removeIdleLegs().forEach(delivery -> handOff(delivery, HandOffReason.SHUTDOWN));
        while (!retries.isEmpty()) {
            retries.removeFirst().handedOff(HandOffReason.SHUTDOWN);
        }
        replay.clear(HandOffReason.SHUTDOWN);
    }
}

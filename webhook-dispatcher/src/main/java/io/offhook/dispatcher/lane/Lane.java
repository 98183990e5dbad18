package io.offhook.dispatcher.lane;

import java.util.ArrayDeque;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;

import io.offhook.model.Endpoint;
import io.offhook.sender.AttemptResult;
import io.offhook.sender.Outcome;

/**
 * The deliveries to one endpoint. What is wrong with the endpoint stays in here: its slots, its queue and its breaker bound what it
 * can hold of the dispatcher. Live deliveries go first; a retry always gets a slot of its own, so that neither starves the other.
 */
final class Lane {

    /** A delivery to send now, and the breaker's epoch it starts in. */
    record Start(Delivery delivery, int epoch) {}

    private final UUID endpoint;
    private final LaneSettings settings;
    private final LaneEvents events;
    private final LiveQueue live = new LiveQueue();
    private final ArrayDeque<RetryDelivery> retries = new ArrayDeque<>();
    private final SlowStart slots;
    private final Breaker breaker;
    private TokenBucket tokens;
    private int liveInFlight;
    private int retriesInFlight;
    private boolean lastWasLive;
    private boolean degraded;
    /** A move of the breaker made here that is not yet written, or was written after a snapshot was taken: the fleet lags behind. */
    private int unwrittenMoves;
    private long lastMoveWrittenAtNanos = System.nanoTime();

    Lane(UUID endpoint, LaneSettings settings, LaneEvents events, boolean open, boolean degraded) {
        this.endpoint = endpoint;
        this.settings = settings;
        this.events = events;
        this.degraded = degraded;
        this.slots = new SlowStart(1);
        this.breaker = new Breaker(settings.breakerThreshold());
        if (open) {
            breaker.open();
        }
    }

    /** Takes the endpoint's limits; a dispatcher has the share of them that it has of the partitions. */
    synchronized void configure(Endpoint current, int ownedPartitions, int allPartitions, long nowNanos) {
        slots.setShare(SlowStart.share(current.maxInFlight(), ownedPartitions, allPartitions));
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

    /** What the fleet knows; it does not know yet what was written after its snapshot was taken. */
    synchronized void onFleetState(boolean openInFleet, boolean degradedInFleet, long snapshotTakenAtNanos) {
        if (unwrittenMoves == 0 && snapshotTakenAtNanos - lastMoveWrittenAtNanos > 0) {
            if (openInFleet) {
                openBreaker();
            } else if (breaker.isOpen()) {
                closeBreaker();
            }
        }
        if (liveInFlight == 0 && retriesInFlight == 0) {
            degraded = degradedInFleet;
        }
    }

    /** One move of the breaker made here is in the database. */
    synchronized void onMoveWritten(long nowNanos) {
        unwrittenMoves--;
        lastMoveWrittenAtNanos = nowNanos;
    }

    /** Takes a live delivery, or ends it at once with a hand-off. */
    synchronized void offer(LegDelivery delivery) {
        if (live.holds(delivery.message().uuid())) {
            // Never past what is ahead of it, not even to the retry path: a leg has three events at most, so this stays bounded.
            live.add(delivery);
        } else if (delivery.leg().isHandedOff(endpoint)) {
            handOff(delivery, HandOffReason.ORDERED);
        } else if (breaker.isOpen()) {
            handOff(delivery, HandOffReason.BREAKER_OPEN);
        } else if (live.waiting() >= settings.queue()) {
            handOff(delivery, tokens == null ? HandOffReason.QUEUE_FULL : HandOffReason.RATE_LIMITED);
        } else {
            live.add(delivery);
        }
    }

    /** @return false when the lane cannot take it now; the caller keeps it */
    synchronized boolean offer(RetryDelivery delivery) {
        if (breaker.isOpen() ? !delivery.probe() : retryCapacity() <= 0) {
            return false;
        }
        retries.addLast(delivery);
        return true;
    }

    /** Rows worth claiming for this lane now. */
    synchronized int retryCapacity() {
        return Math.max(0, Math.max(1, slots.limit()) * 2 - retries.size() - retriesInFlight);
    }

    synchronized boolean isOpen() { return breaker.isOpen(); }

    synchronized int waiting() {
        return live.waiting() + retries.size();
    }

    synchronized boolean isIdle() { return live.waiting() + retries.size() + liveInFlight + retriesInFlight == 0; }

    /** The next delivery that may start, {@code null} when there is none or no slot or token for it. */
    synchronized Start next(long nowNanos) {
        while (!retries.isEmpty() && retries.getFirst().isStale(nowNanos)) {
            retries.removeFirst().handedOff(HandOffReason.QUEUE_FULL);
        }
        boolean retry = pickRetry();
        boolean free = liveInFlight + retriesInFlight < slots.limit();
        if (!free || !retry && !live.hasReady() || tokens != null && !tokens.take(nowNanos)) {
            return null;
        }
        lastWasLive = !retry;
        if (retry) {
            retriesInFlight++;
            return new Start(retries.removeFirst(), breaker.epoch());
        }
        liveInFlight++;
        return new Start(live.start(), breaker.epoch());
    }

    /** A retry waits while live deliveries go, unless none of its kind is under way and it is its turn. */
    private boolean pickRetry() {
        if (retries.isEmpty()) {
            return false;
        }
        boolean itsTurn = retriesInFlight == 0 && (slots.limit() > 1 ? liveInFlight >= slots.limit() - 1 : lastWasLive);
        return itsTurn || !live.hasReady();
    }

    /** Until a token is there, when only a token is missing; 0 when nothing waits for one. */
    synchronized long nanosToToken(long nowNanos) {
        boolean waits = tokens != null && (live.hasReady() || !retries.isEmpty())
                && liveInFlight + retriesInFlight < slots.limit();
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
        learn(start, result);
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
        if (breaker.isOpen()) {
            live.removeBehind(uuid).forEach(behind -> handOff(behind, HandOffReason.BREAKER_OPEN));
        } else {
            live.ended(uuid);
        }
    }

    private void endSlot(Delivery delivery) {
        if (delivery instanceof LegDelivery) {
            liveInFlight--;
        } else {
            retriesInFlight--;
        }
    }

    private void learn(Start start, AttemptResult result) {
        boolean probe = start.delivery() instanceof RetryDelivery retry && retry.probe();
        // A receiver that refuses a message answers, so its breaker stays where it is, neither nearer to opening nor further.
        boolean failure = result.outcome() == Outcome.ENDPOINT_FAILURE;
        if (result.outcome() == Outcome.GONE) {
            events.gone(endpoint);
        }
        if (degraded == result.delivered()) {
            degraded = !result.delivered();
            events.degraded(endpoint, degraded);
        }
        if (result.slowsLane()) {
            slots.onTooMuch();
        }
        if (probe) {
            learnFromProbe(failure, result);
        } else if (result.delivered()) {
            breaker.onSuccess(start.epoch());
            if (start.epoch() == breaker.epoch()) {
                slots.onSuccess();
            }
        } else if (failure && breaker.onFailure(start.epoch())) {
            unwrittenMoves++;
            clearQueue();
            events.opened(endpoint, result.retryAfter());
        }
    }

    private void learnFromProbe(boolean failure, AttemptResult result) {
        unwrittenMoves++;
        if (failure) {
            events.probeFailed(endpoint, result.retryAfter());
        } else {
            closeBreaker();
            events.probeSucceeded(endpoint);
        }
    }

    private void openBreaker() {
        if (!breaker.isOpen()) {
            breaker.open();
            clearQueue();
        }
    }

    private void closeBreaker() {
        breaker.close();
        slots.restart();
    }

    /** What waits behind a request under way stays until that has ended, so that nothing passes it. */
    private void clearQueue() {
        live.removeIdleLegs().forEach(delivery -> handOff(delivery, HandOffReason.BREAKER_OPEN));
        while (!retries.isEmpty()) {
            retries.removeFirst().handedOff(HandOffReason.BREAKER_OPEN);
        }
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
    }
}

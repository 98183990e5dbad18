package io.offhook.dispatcher.lane;

import java.util.Optional;
import java.util.UUID;

import io.offhook.sender.AttemptResult;
import io.offhook.sender.Outcome;

/** What a lane has learnt of its endpoint: whether it may be tried, and with how many requests at once. Guarded by the lane's lock. */
final class LaneHealth {

    private final UUID endpoint;
    private final LaneEvents events;
    private final Breaker breaker;
    private final SlowStart slots = new SlowStart(1);
    private final OwnProbe ownProbe;
    private boolean degraded;
    /** Moves of the breaker made here that are not yet written, or were written after a snapshot was taken: the fleet lags behind. */
    private int unwrittenMoves;
    private long lastMoveWrittenAtNanos = System.nanoTime();

    LaneHealth(UUID endpoint, LaneEvents events, Breaker breaker, ProbeDelays delays, boolean degraded) {
        this.endpoint = endpoint;
        this.events = events;
        this.breaker = breaker;
        this.ownProbe = new OwnProbe(delays);
        this.degraded = degraded;
    }

    boolean isOpen() { return breaker.isOpen(); }

    /** Marks a request's start. */
    int epoch() {
        return breaker.epoch();
    }

    /** How many requests the endpoint seems to bear. */
    int slots() {
        return slots.limit();
    }

    void setShare(int share) {
        slots.setShare(share);
    }

    /** Whether this dispatcher, which is alone, is to probe now. */
    boolean takeOwnProbe(long nowNanos) {
        return ownProbe.take(nowNanos);
    }

    /**
     * What the fleet knows; it does not know yet what was written after its snapshot was taken.
     *
     * @param openStep back-off step of an open breaker, from 1; 0 when it is closed
     */
    void onFleetState(int openStep, boolean degradedInFleet, boolean idle, long snapshotTakenAtNanos) {
        if (unwrittenMoves == 0 && snapshotTakenAtNanos - lastMoveWrittenAtNanos > 0) {
            if (openStep > 0) {
                open(openStep);
            } else if (breaker.isOpen()) {
                close();
            }
        }
        if (idle) {
            degraded = degradedInFleet;
        }
    }

    void onMovesWritten(int moves, long nowNanos) {
        unwrittenMoves -= moves;
        lastMoveWrittenAtNanos = nowNanos;
    }

    void learn(Lane.Start start, AttemptResult result) {
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
        if (start.probe()) {
            learnFromProbe(start, failure, result);
        } else if (result.delivered()) {
            breaker.onSuccess(start.epoch());
            if (start.epoch() == breaker.epoch()) {
                slots.onSuccess();
            }
        } else if (failure && breaker.onFailure(start.epoch())) {
            unwrittenMoves++;
            ownProbe.opened(1, result.retryAfter(), System.nanoTime());
            events.opened(endpoint, result.retryAfter());
        }
    }

    private void learnFromProbe(Lane.Start start, boolean failure, AttemptResult result) {
        if (!failure) {
            unwrittenMoves++;
            close();
            events.probeSucceeded(endpoint);
        } else if (start.delivery() instanceof RetryDelivery) {
            unwrittenMoves++;
            events.probeFailed(endpoint, result.retryAfter());
        } else {
            // Of this dispatcher alone: the fleet's step is not moved by each dispatcher's own probes.
            ownProbe.failed(result.retryAfter(), System.nanoTime());
        }
    }

    void open(int step) {
        if (!breaker.isOpen()) {
            breaker.open();
        } else if (ownProbe.step() == step) {
            return;
        }
        ownProbe.opened(step, Optional.empty(), System.nanoTime());
    }

    private void close() {
        breaker.close();
        slots.restart();
    }
}

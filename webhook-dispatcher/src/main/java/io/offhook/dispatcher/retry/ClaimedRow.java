package io.offhook.dispatcher.retry;

import java.util.Optional;
import java.util.UUID;

import io.offhook.dispatcher.lane.HandOffReason;
import io.offhook.dispatcher.lane.RetryDelivery;
import io.offhook.model.CallEventMessage;
import io.offhook.sender.AttemptResult;

/**
 * A row that this dispatcher may send once.
 *
 * @param lease fences the settle: a row claimed again by another dispatcher is that one's
 * @param attempts POSTs made before this one
 * @param startBy {@link System#nanoTime} by which the request must start, so that the lease covers it
 */
record ClaimedRow(UUID id, UUID lease, UUID endpointId, UUID replay, CallEventMessage message, int attempts,
        boolean probe, long startBy, RowSettler settler) implements RetryDelivery {

    @Override
    public int attemptNumber() {
        return attempts + 1;
    }

    @Override
    public Optional<UUID> replayId() {
        return replay.equals(RetryRecord.LIVE) ? Optional.empty() : Optional.of(replay);
    }

    @Override
    public boolean isStale(long nowNanos) {
        return nowNanos - startBy > 0;
    }

    @Override
    public void delivered(AttemptResult result) {
        settler.delivered(this, result);
    }

    @Override
    public void failed(AttemptResult result) {
        settler.failed(this, result);
    }

    /** It is a row already: it goes back as it was. */
    @Override
    public void handedOff(HandOffReason reason) {
        settler.release(this);
    }

    @Override
    public void dropped() {
        settler.release(this);
    }
}

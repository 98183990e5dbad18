package io.offhook.dispatcher.replay;

import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

import io.offhook.dispatcher.lane.HandOffReason;
import io.offhook.dispatcher.lane.ReplayDelivery;
import io.offhook.model.CallEventMessage;
import io.offhook.sender.AttemptResult;

/** An event of a replay in its endpoint's lane. */
final class ReplayedDelivery implements ReplayDelivery {

    private enum State {
        WAITING, BEGUN, CALLED_BACK
    }

    private final UUID endpoint;
    private final UUID replay;
    private final CallEventMessage message;
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private final CompletableFuture<ReplayOutcome> outcome = new CompletableFuture<>();

    ReplayedDelivery(ClaimedReplay replay, CallEventMessage message) {
        this.endpoint = replay.endpointId();
        this.replay = replay.id();
        this.message = message;
    }

    CompletableFuture<ReplayOutcome> outcome() {
        return outcome;
    }

    /** @return false when it is being sent already */
    boolean callBack() {
        return state.compareAndSet(State.WAITING, State.CALLED_BACK);
    }

    @Override
    public boolean isWanted() { return state.get() == State.WAITING; }

    @Override
    public boolean begin() {
        return state.compareAndSet(State.WAITING, State.BEGUN);
    }

    @Override
    public UUID endpointId() {
        return endpoint;
    }

    @Override
    public CallEventMessage message() {
        return message;
    }

    @Override
    public Optional<UUID> replayId() {
        return Optional.of(replay);
    }

    @Override
    public void delivered(AttemptResult result) {
        outcome.complete(new ReplayOutcome.Delivered());
    }

    @Override
    public void failed(AttemptResult result) {
        outcome.complete(new ReplayOutcome.Failed(result));
    }

    @Override
    public void handedOff(HandOffReason reason) {
        outcome.complete(new ReplayOutcome.Returned());
    }

    /** The next look at the registry finds the endpoint gone. */
    @Override
    public void dropped() {
        outcome.complete(new ReplayOutcome.Returned());
    }
}

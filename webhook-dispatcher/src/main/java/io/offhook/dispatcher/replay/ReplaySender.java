package io.offhook.dispatcher.replay;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.offhook.dispatcher.endpoint.EndpointRegistry;
import io.offhook.dispatcher.endpoint.RegisteredEndpoint;
import io.offhook.dispatcher.endpoint.RegistrySnapshot;
import io.offhook.dispatcher.lane.HandOffReason;
import io.offhook.dispatcher.lane.Lanes;
import io.offhook.dispatcher.retry.HandOffs;
import io.offhook.model.CallEventMessage;

/** Brings one event of a replay after the other to its endpoint, or to the retry topic when that fails. */
final class ReplaySender {

    private static final long STEP_MILLIS = 100;
    /** An endpoint that cannot be sent to for so long does not keep a place from another replay. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final ClaimedReplay replay;
    private final ReplayBooks books;
    private final EndpointRegistry registry;
    private final Lanes lanes;
    private final HandOffs handOffs;
    private final ReplayMetrics metrics;
    private final long claimedNanos = System.nanoTime();

    ReplaySender(ClaimedReplay replay, ReplayBooks books, EndpointRegistry registry, Lanes lanes, HandOffs handOffs,
            ReplayMetrics metrics) {
        this.replay = replay;
        this.books = books;
        this.registry = registry;
        this.lanes = lanes;
        this.handOffs = handOffs;
        this.metrics = metrics;
    }

    /** As it is now. @throws RunEnded when it is gone */
    RegisteredEndpoint endpoint() {
        while (true) {
            RegistrySnapshot snapshot = registry.snapshot();
            Optional<RegisteredEndpoint> found = snapshot.find(replay.endpointId());
            if (found.isPresent()) {
                return found.get();
            }
            // It may be newer than the snapshot.
            if (registry.isCurrent() && snapshot.takenAtNanos() - claimedNanos > 0) {
                throw new RunEnded(RunEnded.Why.ENDPOINT_DELETED);
            }
            books.pause(null, STEP_MILLIS);
        }
    }

    /** Returns once it is delivered or in the retry topic. @throws RunEnded when it is neither */
    void deliver(CallEventMessage message, HandedOffLegs legs) {
        if (legs.precede(message)) {
            handOff(message, HandOffReason.ORDERED, legs);
            return;
        }
        while (true) {
            Optional<RegisteredEndpoint> ready = awaitReady();
            if (ready.isEmpty()) {
                // Nobody probes an endpoint without rows, so this one becomes one, as a live event would.
                handOff(message, HandOffReason.BREAKER_OPEN, legs);
                return;
            }
            switch (send(ready.get(), message)) {
                case ReplayOutcome.Delivered _ -> {
                    books.delivered();
                    metrics.delivered();
                    return;
                }
                case ReplayOutcome.Failed failed -> {
                    handOff(message, failed, legs);
                    return;
                }
                case ReplayOutcome.Returned _ -> books.goOn();
            }
        }
    }

    /** @return the endpoint when it can be sent to; empty when its breaker is open and it has nothing to be probed with */
    private Optional<RegisteredEndpoint> awaitReady() {
        long since = System.nanoTime();
        while (true) {
            RegisteredEndpoint endpoint = endpoint();
            RegistrySnapshot snapshot = registry.snapshot();
            boolean open = snapshot.openStep(replay.endpointId()) > 0;
            if (endpoint.endpoint().enabled() && !open) {
                return Optional.of(endpoint);
            }
            boolean patient = System.nanoTime() - since < PATIENCE.toNanos();
            if (!patient && endpoint.endpoint().enabled() && registry.isCurrent()
                    && !snapshot.hasOpenRows(replay.endpointId())) {
                return Optional.empty();
            }
            if (!patient) {
                throw new RunEnded(RunEnded.Why.LEFT);
            }
            books.pause(endpoint.endpoint().enabled() ? WaitsFor.BREAKER_OPEN : WaitsFor.ENDPOINT_DISABLED,
                    STEP_MILLIS);
        }
    }

    private ReplayOutcome send(RegisteredEndpoint endpoint, CallEventMessage message) {
        var delivery = new ReplayedDelivery(replay, message);
        if (!lanes.offer(endpoint, delivery)) {
            // Its breaker has just opened here, or a request of an earlier turn is under way.
            books.pause(WaitsFor.BREAKER_OPEN, STEP_MILLIS);
            return new ReplayOutcome.Returned();
        }
        return ReplayRun.await(delivery.outcome(), () -> {
            books.beat();
            if (books.mustEnd() && delivery.callBack()) {
                books.goOn();
            }
        });
    }

    private void handOff(CallEventMessage message, ReplayOutcome.Failed failed, HandedOffLegs legs) {
        handOff(message, legs, receipt -> handOffs.failed(replay.endpointId(), replay.id(), message, failed.result(),
                receipt));
    }

    private void handOff(CallEventMessage message, HandOffReason reason, HandedOffLegs legs) {
        handOff(message, legs,
                receipt -> handOffs.notTried(replay.endpointId(), replay.id(), message, reason, receipt));
    }

    private void handOff(CallEventMessage message, HandedOffLegs legs,
            Consumer<HandOffs.Receipt> send) {
        if (!books.isMine()) {
            // Cancelled, or another's, who has the record and delivers it in its order.
            throw new RunEnded(RunEnded.Why.OVER);
        }
        var done = new CompletableFuture<Void>();
        send.accept(new HandOffs.Receipt() {
            @Override
            public void handedOffAt(int partition, long offset) {
                done.complete(null);
            }

            @Override
            public void handOffRefused() {
                done.complete(null);
            }
        });
        ReplayRun.await(done, books::beat);
        legs.handOff(message);
        books.handedOff();
        metrics.failed();
    }
}

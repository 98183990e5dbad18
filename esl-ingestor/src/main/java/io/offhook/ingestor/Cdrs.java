package io.offhook.ingestor;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.offhook.ingestor.call.ChannelEvent;
import io.offhook.ingestor.call.ChannelEvent.Kind;
import io.offhook.ingestor.call.LegTracker;
import io.offhook.ingestor.cdr.CdrFeed;
import io.offhook.ingestor.cdr.CdrReport;

/** Brings CDRs to the legs that they are about. */
final class Cdrs implements CdrFeed.Use {

    private final LegThread legs;
    private final LegTracker tracker;
    private final NodeEvents nodes;
    private final Supplier<CompletableFuture<Void>> durable;

    /** @param durable completes when all that was handed to the publisher so far is safe */
    Cdrs(LegThread legs, LegTracker tracker, NodeEvents nodes, Supplier<CompletableFuture<Void>> durable) {
        this.legs = legs;
        this.tracker = tracker;
        this.nodes = nodes;
        this.durable = durable;
    }

    @Override
    public CompletableFuture<Void> use(CdrReport cdr) {
        var used = new CompletableFuture<Void>();
        legs.execute(() -> tracker.onCdr(leg(cdr, nodes), () -> durable.get().whenComplete((_, failure) -> {
            if (failure == null) {
                used.complete(null);
            } else {
                used.completeExceptionally(failure);
            }
        }), LegThread.millis()));
        return used;
    }

    /** What a CDR says of its leg. To be called on the legs' thread. */
    static ChannelEvent leg(CdrReport cdr, NodeEvents nodes) {
        return new ChannelEvent(Kind.CDR, nodes.nodeOf(cdr.coreUuid(), cdr.switchname()), cdr.coreUuid(), cdr.uuid(),
                null, cdr.callStart(), cdr.callStart(), cdr.answered(), cdr.ended(), cdr.ended(), cdr.calleeNumber(),
                null, cdr.callerIdNumber(), null, cdr.ani(), cdr.direction(), cdr.hangupCause(), cdr.tenant(),
                cdr.parentUuid(), cdr.recovered(), cdr.loopback());
    }
}

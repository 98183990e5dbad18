package io.offhook.ingestor;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.offhook.ingestor.esl.ConnectionState;
import io.offhook.ingestor.esl.EslConnection;
import io.offhook.ingestor.esl.EslEvent;

/** What one node says, on its way to the thread that follows legs: a share of its queue, so that no node crowds out the others. */
final class NodeFeed implements EslConnection.Listener {

    /** Where it goes. */
    interface Outlet {
        void event(NodeFeed feed, EslEvent event);

        /** Events arrive, from now on: what comes after this is of this connection. */
        void live(NodeFeed feed);

        void lost(NodeFeed feed);

        void damaged(NodeFeed feed);
    }

    private final String node;
    private final int maxEvents;
    private final long maxBytes;
    private final LegThread legs;
    private final Outlet outlet;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final EventMemory ofAllNodes;
    private final IngestorMetrics metrics;
    private volatile ConnectionState state = ConnectionState.WAITING;
    private volatile long gapSinceNanos = System.nanoTime();
    /** Of gaps that have ended. */
    private final AtomicLong gapNanos = new AtomicLong();

    NodeFeed(String node, int maxEvents, long maxBytes, EventMemory ofAllNodes, LegThread legs, Outlet outlet,
            IngestorMetrics metrics) {
        this.node = node;
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
        this.ofAllNodes = ofAllNodes;
        this.legs = legs;
        this.outlet = outlet;
        this.metrics = metrics;
    }

    @Override
    public boolean onEvent(EslEvent event) {
        if (waiting.get() >= maxEvents || waitingBytes.get() >= maxBytes || ofAllNodes.isFull()) {
            return false;
        }
        waiting.incrementAndGet();
        waitingBytes.addAndGet(event.bytes());
        ofAllNodes.add(event.bytes());
        legs.execute(() -> {
            try {
                outlet.event(this, event);
            } finally {
                waiting.decrementAndGet();
                waitingBytes.addAndGet(-event.bytes());
                ofAllNodes.add(-event.bytes());
            }
        });
        return true;
    }

    /** A connection whose events would have to be refused again is not worth making. */
    @Override
    public boolean ready() {
        return waiting.get() < maxEvents / 2 && waitingBytes.get() < maxBytes / 2;
    }

    @Override
    public void onState(ConnectionState next) {
        ConnectionState before = state;
        state = next;
        if (next == ConnectionState.LIVE) {
            gapNanos.addAndGet(System.nanoTime() - gapSinceNanos);
            legs.execute(() -> outlet.live(this));
        } else if (before == ConnectionState.LIVE) {
            metrics.gapBegan(node);
            gapSinceNanos = System.nanoTime();
            legs.execute(() -> outlet.lost(this));
        }
    }

    @Override
    public void onDamage(long count) {
        metrics.damaged(node, count);
        legs.execute(() -> outlet.damaged(this));
    }

    String node() {
        return node;
    }

    ConnectionState state() {
        return state;
    }

    /** How long the node was not heard since it is listened to, the present gap included. */
    double gapSeconds() {
        long present = state == ConnectionState.LIVE ? 0 : System.nanoTime() - gapSinceNanos;
        return (gapNanos.get() + present) / 1e9;
    }

    int waiting() {
        return waiting.get();
    }
}

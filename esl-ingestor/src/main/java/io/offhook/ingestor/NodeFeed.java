package io.offhook.ingestor;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.offhook.ingestor.esl.ConnectionState;
import io.offhook.ingestor.esl.EslConnection;
import io.offhook.ingestor.esl.EslEvent;

/** What one node says, on its way to the thread that follows legs: a share of the queue, so that no node crowds out the others. */
final class NodeFeed implements EslConnection.Listener {

    record Heard(NodeFeed feed, EslEvent event) {}

    private final String node;
    private final int bound;
    private final BlockingQueue<Heard> queue;
    private final AtomicInteger waiting = new AtomicInteger();
    private final IngestorMetrics metrics;
    private volatile ConnectionState state = ConnectionState.WAITING;
    private long gapSinceNanos = System.nanoTime();

    NodeFeed(String node, int bound, BlockingQueue<Heard> queue, IngestorMetrics metrics) {
        this.node = node;
        this.bound = bound;
        this.queue = queue;
        this.metrics = metrics;
    }

    @Override
    public boolean onEvent(EslEvent event) {
        if (waiting.get() >= bound) {
            return false;
        }
        waiting.incrementAndGet();
        queue.add(new Heard(this, event));
        return true;
    }

    void taken() {
        waiting.decrementAndGet();
    }

    @Override
    public void onState(ConnectionState next) {
        if (next == ConnectionState.LIVE) {
            metrics.gapEnded(node, System.nanoTime() - gapSinceNanos);
        } else if (state == ConnectionState.LIVE) {
            metrics.gapBegan(node);
            gapSinceNanos = System.nanoTime();
        }
        state = next;
    }

    @Override
    public void onDamage(long count) {
        metrics.damaged(node, count);
    }

    String node() {
        return node;
    }

    ConnectionState state() {
        return state;
    }

    int waiting() {
        return waiting.get();
    }
}

package io.offhook.ingestor.call;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;

/** What may be inferred, each after its hold: until then FreeSWITCH may say it itself. */
final class Inferences {

    /**
     * @param sinceMillis when the evidence was complete: a sign of life after it withdraws a closing
     * @param done runs when it has been worked on or withdrawn
     */
    record Inference(LegInput input, long sinceMillis, long dueMillis, Runnable done) {}

    private final Queue<Inference> waiting = new PriorityQueue<>(Comparator.comparingLong(Inference::dueMillis));

    void add(Inference inference) {
        waiting.add(inference);
    }

    /** Takes out what is due. */
    Queue<Inference> due(long nowMillis) {
        var due = new ArrayDeque<Inference>();
        while (!waiting.isEmpty() && waiting.peek().dueMillis() <= nowMillis) {
            due.add(waiting.remove());
        }
        return due;
    }

    long nextMillis() {
        return waiting.isEmpty() ? Long.MAX_VALUE : waiting.peek().dueMillis();
    }

    int size() {
        return waiting.size();
    }
}

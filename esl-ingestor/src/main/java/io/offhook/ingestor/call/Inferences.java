package io.offhook.ingestor.call;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;

/** What may be inferred, each after its hold: until then FreeSWITCH may say it itself. */
final class Inferences {

    /**
     * @param sinceMillis when the evidence was complete: a sign of life after it withdraws a closing
     * @param done runs when it has been worked on or withdrawn
     */
    record Inference(LegInput input, long sinceMillis, long dueMillis, Runnable done) {}

    /** Of a leg one dump and one closing wait at most, the first: however often its node is asked meanwhile. */
    private record Key(String uuid, Class<?> what) {}

    private final Queue<Inference> waiting = new PriorityQueue<>(Comparator.comparingLong(Inference::dueMillis));
    private final Set<Key> once = new HashSet<>();

    void add(Inference inference) {
        if (isCdr(inference) || once.add(key(inference))) {
            waiting.add(inference);
        }
    }

    /** Whoever has sent it waits for its end. */
    private static boolean isCdr(Inference inference) {
        return inference.input() instanceof ChannelEvent event && event.kind() == ChannelEvent.Kind.CDR;
    }

    private static Key key(Inference inference) {
        return new Key(inference.input().uuid(), inference.input().getClass());
    }

    /** Takes out what is due. */
    Queue<Inference> due(long nowMillis) {
        var due = new ArrayDeque<Inference>();
        while (!waiting.isEmpty() && waiting.peek().dueMillis() <= nowMillis) {
            Inference inference = waiting.remove();
            once.remove(key(inference));
            due.add(inference);
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

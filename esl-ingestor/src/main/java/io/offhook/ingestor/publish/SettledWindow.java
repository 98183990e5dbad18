package io.offhook.ingestor.publish;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Events in the order in which they were handed over, from the oldest that is neither acknowledged nor on disk. Guarded by the
 * outbox's lock.
 */
final class SettledWindow {

    private final Deque<Slot> slots = new ArrayDeque<>();
    private final Deque<Waiter> waiters = new ArrayDeque<>();
    private long next;

    /** An event's place. */
    static final class Slot {
        private final long number;
        private boolean settled;

        private Slot(long number) {
            this.number = number;
        }
    }

    private record Waiter(long before, CompletableFuture<Void> future) {}

    Slot add() {
        var slot = new Slot(next++);
        slots.add(slot);
        return slot;
    }

    int size() {
        return slots.size();
    }

    /** Completes when all that has been added so far is settled. */
    CompletableFuture<Void> settled() {
        var future = new CompletableFuture<Void>();
        if (slots.isEmpty()) {
            future.complete(null);
        } else {
            waiters.add(new Waiter(next, future));
        }
        return future;
    }

    /** @return futures to be completed once the lock is given up */
    List<CompletableFuture<Void>> settle(Slot slot) {
        slot.settled = true;
        while (!slots.isEmpty() && slots.peek().settled) {
            slots.poll();
        }
        long reached = slots.isEmpty() ? next : slots.peek().number;
        var reachedBy = new ArrayList<CompletableFuture<Void>>();
        while (!waiters.isEmpty() && waiters.peek().before() <= reached) {
            reachedBy.add(waiters.poll().future());
        }
        return reachedBy;
    }

    /** @return the futures that will never be reached */
    List<CompletableFuture<Void>> giveUp() {
        var left = waiters.stream().map(Waiter::future).toList();
        waiters.clear();
        return left;
    }
}

package io.offhook.ingestor.publish;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.offhook.ingestor.publish.OutboxMemory.Entry;
import io.offhook.model.EventId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which way each event takes, so that the events of a leg enter the topic in their order.
 *
 * <ul>
 * <li>{@code DIRECT}: through memory to the producer; the spool is empty.
 * <li>{@code SPOOLING}: Kafka is away, or was and the spool is not empty yet. What memory held when it began stands in front of the
 * spool: what the producer already had as a copy, the rest moved. All that comes goes behind it. Once the producer has nothing under
 * way the spool is replayed.
 * <li>{@code CATCHING_UP}: the last events of the spool are being replayed and what comes is held in memory behind them; without this
 * a spool that is filled while it is emptied would never be empty.
 * </ul>
 */
final class Outbox {

    private static final Logger log = LoggerFactory.getLogger(Outbox.class);
    private static final int CATCH_UP_EVENTS = 1_000;
    /** Looking up so few means to read the topic's last minute or so: seconds at 10,000 events/s, else less than one. */
    private static final long CATCH_UP_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private enum Mode {
        DIRECT, SPOOLING, CATCHING_UP
    }

    private final SpoolSettings settings;
    private final Spool spool;
    private final ReentrantLock lock = new ReentrantLock();
    /** There may be something for the sender. */
    private final Condition sendable = lock.newCondition();
    /** Something was acknowledged, stored or replayed, or the way has changed; told only where somebody may wait for it. */
    private final Condition progress = lock.newCondition();
    private final SettledWindow window = new SettledWindow();
    private final OutboxMemory memory = new OutboxMemory();
    /** Events that the producer was through with after they had been copied to the spool; no more than memory had. */
    private final Set<EventId> doneCopies = new HashSet<>();
    private Mode mode;
    private long modeSince = System.nanoTime();
    private boolean closed;

    Outbox(SpoolSettings settings, Spool spool) {
        this.settings = settings;
        this.spool = spool;
        this.mode = spool.events() == 0 ? Mode.DIRECT : Mode.SPOOLING;
    }

    /** Takes the event, after a wait if there is no room for it. */
    void put(OutgoingEvent event) throws InterruptedException {
        int bytes = event.bytes();
        lock.lock();
        try {
            requireOpen(event);
            if (mode != Mode.SPOOLING && !memoryAdmits(1, bytes)) {
                spoolMemory("memory is full");
            }
            while (mode == Mode.SPOOLING ? !spool.admits(1, bytes) : !memoryAdmits(1, bytes)) {
                progress.awaitNanos(LOOK_AGAIN_NANOS);
                requireOpen(event);
            }
            SettledWindow.Slot slot = window.add();
            if (mode == Mode.SPOOLING) {
                spool.append(event, () -> settle(slot));
            } else {
                memory.add(event, slot);
                sendable.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen(OutgoingEvent event) {
        if (closed) {
            throw new IllegalStateException("event " + event.message().id() + " comes after the end");
        }
    }

    /** Whether so many events of the greatest size can be put without a wait. */
    boolean hasRoom(int events) {
        long bytes = (long) events * OutgoingEvent.MAX_BYTES;
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            if (mode == Mode.SPOOLING) {
                return !spool.failing() && spool.admits(events, bytes);
            }
            // Memory alone, or memory and what comes then behind it: at most a quarter and a half of the spool are taken.
            return !spool.failing() || memoryAdmits(events, bytes);
        } finally {
            lock.unlock();
        }
    }

    private boolean memoryAdmits(int events, long bytes) {
        return window.size() + events <= settings.memoryEvents() && memory.size() + events <= settings.memoryEvents()
                && memory.bytes() + bytes <= settings.memoryBytes();
    }

    /** For the sender: the next event to hand to the producer. */
    Entry take() throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                Entry entry = mode == Mode.DIRECT ? memory.take() : null;
                if (entry != null) {
                    return entry;
                }
                // While it has nothing to do it sees to it that nothing waits too long behind a replay.
                sendable.awaitNanos(mode == Mode.CATCHING_UP ? LOOK_AGAIN_NANOS : Long.MAX_VALUE);
                checkAge();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The producer is through with an entry. @param done the topic has it, or will never take it; otherwise it goes to the spool */
    void completed(Entry entry, boolean done, String failure) {
        List<CompletableFuture<Void>> reached = List.of();
        lock.lock();
        try {
            if (!done && mode == Mode.DIRECT) {
                spoolMemory(failure);
            }
            memory.remove(entry);
            if (done && entry.isCopied()) {
                doneCopies.add(entry.event().message().id());
            }
            if (done) {
                reached = window.settle(entry.slot());
            }
            tellProgress();
        } finally {
            lock.unlock();
        }
        reached.forEach(future -> future.complete(null));
    }

    /** An event in the spool is safe. */
    private void settle(SettledWindow.Slot slot) {
        List<CompletableFuture<Void>> reached;
        lock.lock();
        try {
            reached = window.settle(slot);
            tellProgress();
        } finally {
            lock.unlock();
        }
        reached.forEach(future -> future.complete(null));
    }

    CompletableFuture<Void> settled() {
        lock.lock();
        try {
            return window.settled();
        } finally {
            lock.unlock();
        }
    }

    /** Begins to spool if Kafka has left the oldest event unacknowledged for too long, or the catching up takes too long. */
    void checkAge() {
        lock.lock();
        try {
            if (mode == Mode.CATCHING_UP && System.nanoTime() - modeSince > CATCH_UP_NANOS) {
                spoolMemory("the last events of the spool were not published within "
                        + TimeUnit.NANOSECONDS.toSeconds(CATCH_UP_NANOS) + " s");
            } else if (mode == Mode.DIRECT && !memory.isEmpty()) {
                // What was held while catching up starts to wait for Kafka when that ends.
                long since = Math.max(memory.oldest().nanos() - modeSince, 0) + modeSince;
                if (System.nanoTime() - since > settings.awayAfter().toNanos()) {
                    spoolMemory("nothing was acknowledged for " + settings.awayAfter().toMillis() + " ms");
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** For the replay: whether the spool is to be emptied now; waits a moment for that. */
    boolean awaitReplay() throws InterruptedException {
        lock.lock();
        try {
            if (!replayable()) {
                progress.awaitNanos(Math.min(LOOK_AGAIN_NANOS, settings.awayAfter().toNanos() / 4));
            }
            return replayable();
        } finally {
            lock.unlock();
        }
    }

    private boolean replayable() {
        // In both modes all that is taken is under way in the producer, and it is in front of all that is not.
        return mode != Mode.DIRECT && memory.isProducerIdle();
    }

    /** For the replay, while Kafka answers: holds what comes from now on in memory if little is left in the spool. */
    void beginToCatchUp() {
        lock.lock();
        try {
            if (mode == Mode.SPOOLING && replayable() && !closed && window.size() < settings.memoryEvents() / 2
                    && spool.events() <= Math.min(CATCH_UP_EVENTS, settings.memoryEvents() / 2)
                    && spool.bytes() <= settings.maxBytes() / 2) {
                turn(Mode.CATCHING_UP);
            }
        } finally {
            lock.unlock();
        }
    }

    /** For the replay: whether the producer was through with the event while it was in the spool too. */
    boolean isDone(EventId id) {
        lock.lock();
        try {
            return doneCopies.contains(id);
        } finally {
            lock.unlock();
        }
    }

    /** Events were replayed: if those were the last ones, all is direct again. */
    void replayed() {
        lock.lock();
        try {
            if (mode == Mode.CATCHING_UP && spool.events() == 0) {
                turn(Mode.DIRECT);
                doneCopies.clear();
                log.info("the spool is empty: events go to Kafka directly again");
            }
            progress.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The replay failed: what is held goes to the spool too. */
    void replayFailed(String reason) {
        lock.lock();
        try {
            if (mode == Mode.CATCHING_UP) {
                spoolMemory(reason);
            }
        } finally {
            lock.unlock();
        }
    }

    private void spoolMemory(String reason) {
        if (mode == Mode.DIRECT) {
            log.warn("events go to the spool, {} in memory first: {}", memory.size(), reason);
        } else {
            log.info("{} more events go to the spool: {}", memory.size(), reason);
        }
        turn(Mode.SPOOLING);
        memory.moveOut().forEach(entry -> spool.append(entry.event(), () -> settle(entry.slot())));
    }

    private void turn(Mode to) {
        mode = to;
        modeSince = System.nanoTime();
        sendable.signal();
        progress.signalAll();
    }

    /** On the direct way nobody waits for more than a moment, and waking threads at each event would cost more than the event. */
    private void tellProgress() {
        if (mode != Mode.DIRECT || closed) {
            progress.signalAll();
        }
    }

    /**
     * Waits until all is acknowledged or goes through the spool anyway, at most that long; then moves the rest there.
     *
     * @throws InterruptedException after that, when interrupted while it waited
     */
    void close(long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        lock.lock();
        try {
            closed = true;
            progress.signalAll();
            while (System.nanoTime() < deadline && !atRest()) {
                progress.awaitNanos(deadline - System.nanoTime());
            }
        } finally {
            if (!atRest()) {
                spoolMemory("stopped before they were acknowledged");
            }
            lock.unlock();
        }
    }

    private boolean atRest() {
        return mode == Mode.SPOOLING || mode == Mode.DIRECT && memory.isEmpty();
    }

    /** The spool is closed: what is not settled now never will be. */
    void abandon() {
        List<CompletableFuture<Void>> left;
        lock.lock();
        try {
            left = window.giveUp();
        } finally {
            lock.unlock();
        }
        left.forEach(future -> future.completeExceptionally(
                new IllegalStateException("stopped before all events were acknowledged or on disk")));
    }

    /** Events in memory that are not acknowledged. */
    int unacknowledged() {
        lock.lock();
        try {
            return memory.size();
        } finally {
            lock.unlock();
        }
    }

    /** How long the oldest event in memory has waited, 0 without one. */
    long oldestNanos() {
        lock.lock();
        try {
            return memory.isEmpty() ? 0 : System.nanoTime() - memory.oldest().nanos();
        } finally {
            lock.unlock();
        }
    }
}

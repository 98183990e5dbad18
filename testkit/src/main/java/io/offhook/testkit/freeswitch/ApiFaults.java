package io.offhook.testkit.freeswitch;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Makes the API commands of clients slow, or fail; the console is not affected. */
final class ApiFaults {
    /** How often a delayed command looks whether its client is still there. */
    private static final long LOOK_EVERY_MILLIS = 20;
    private static final String ALL = "";

    private final ConcurrentHashMap<String, String> replies = new ConcurrentHashMap<>();
    private long delayNanos;
    private int waiting;

    synchronized void delay(Duration time) {
        delayNanos = time.toNanos();
        notifyAll();
    }

    synchronized int waiting() {
        return waiting;
    }

    void failAll(String reply) {
        replies.put(ALL, reply);
    }

    void fail(String verb, String reply) {
        replies.put(verb, reply);
    }

    void heal() {
        replies.clear();
        delay(Duration.ZERO);
    }

    /** What to answer instead of running the command. */
    Optional<String> reply(String verb) {
        return Optional.ofNullable(replies.getOrDefault(verb, replies.get(ALL)));
    }

    /** Waits as long as commands are to take, less when that changes or the client goes. */
    synchronized void await(BooleanSupplier gone) {
        long start = System.nanoTime();
        waiting++;
        try {
            long left;
            while (!gone.getAsBoolean() && (left = start + delayNanos - System.nanoTime()) > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, LOOK_EVERY_MILLIS * 1_000_000));
            }
        } catch (InterruptedException e) {
            // The switch ends: the command need not wait any longer.
            Thread.currentThread().interrupt();
        } finally {
            waiting--;
        }
    }
}

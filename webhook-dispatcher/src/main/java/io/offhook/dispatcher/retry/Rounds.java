package io.offhook.dispatcher.retry;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does something again and again on a thread of its own, until it is closed. */
public final class Rounds implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Rounds.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final LongSupplier round;
    private final Thread thread;
    private final CountDownLatch stopping = new CountDownLatch(1);

    /** @param round deals with its own failures, and gives the nanoseconds until the next one; 0 or less for at once */
    public Rounds(String name, LongSupplier round) {
        this.round = round;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    private void run() {
        try {
            long pause = 0;
            while (!stopping.await(pause, TimeUnit.NANOSECONDS)) {
                pause = round.getAsLong();
            }
        } catch (InterruptedException e) {
            log.debug("stopped");
        }
    }

    /** Lets the round under way end, for 2 s at most. */
    @Override
    public void close() {
        stopping.countDown();
        try {
            // One that never started, for want of Kafka, cannot be joined.
            if (thread.isAlive() && !thread.join(CLOSE_TIMEOUT)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

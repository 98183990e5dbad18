package io.offhook.quickstart;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What runs, to be closed in the opposite order. A part that is still starting when all is to end is waited for, then closed. */
final class RunningParts {

    private static final Logger log = LoggerFactory.getLogger(RunningParts.class);
    /** A start that hangs must not keep the others from an orderly end. */
    private static final int START_LIMIT_SECONDS = 10;

    private final ReentrantLock starting = new ReentrantLock();
    private final Deque<Part> parts = new ArrayDeque<>();
    private volatile boolean closed;

    private record Part(String name, AutoCloseable part) {}

    /** Starts a part. */
    interface Start<T> {
        T start() throws Exception;
    }

    /** Ends a part. */
    interface End<T> {
        void end(T part) throws Exception;
    }

    /** @throws InterruptedException when all has been closed, or begins to be */
    <T> T add(String name, Start<T> start, End<? super T> end) throws Exception {
        starting.lockInterruptibly();
        try {
            refuseWhenClosed();
            T part = start.start();
            parts.push(new Part(name, () -> end.end(part)));
            return part;
        } finally {
            starting.unlock();
        }
    }

    private void refuseWhenClosed() throws InterruptedException {
        if (closed) {
            throw new InterruptedException("the quickstart ends");
        }
    }

    void close() {
        boolean quiet = false;
        try {
            closed = true;
            quiet = starting.tryLock(START_LIMIT_SECONDS, TimeUnit.SECONDS);
            while (!parts.isEmpty()) {
                close(parts.pop());
            }
        } catch (InterruptedException e) {
            // Nobody interrupts a thread that stops the process; if so, the process ends all the sooner.
            Thread.currentThread().interrupt();
        } finally {
            if (quiet) {
                starting.unlock();
            }
        }
    }

    private static void close(Part part) {
        long from = System.nanoTime();
        try {
            part.part().close();
            log.info("{} has stopped after {} ms", part.name(), (System.nanoTime() - from) / 1_000_000);
        } catch (Exception e) {
            // The other parts still have something to save.
            log.error("{} did not stop in order", part.name(), e);
        }
    }
}

package io.offhook.sender;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for the look-ups of names of one standing. A look-up that hangs cannot be stopped, so its thread is lost to the others until
 * the operating system gives up, after 10 s and more. Therefore a look-up holds one of the places for a share of that time only: then
 * it works overtime, and its place gets another thread. Overtime is bounded too, and only beyond that bound do those that hang keep
 * others waiting.
 */
final class LookUpPool implements AutoCloseable {

    private static final int MAX_WAITING = 10_000;
    private static final int IDLE_SECONDS = 30;
    /** A look-up of 5 s may hold a place for 0.1 s. */
    private static final int SHARES = 50;

    private final int places;
    private final int overtime;
    private final Duration share;
    private final ThreadPoolExecutor threads;
    /** Look-ups that wait or are under way. */
    private final AtomicInteger unfinished = new AtomicInteger();
    /** Look-ups under way that have had their share. Guarded by this, as the number of threads, which follows from it. */
    private int overdue;

    /**
     * @param places look-ups under way that have not had their share of time
     * @param overtime look-ups under way that have, each on a thread of its own
     * @param share how long a look-up may hold a place
     */
    LookUpPool(String name, int places, int overtime, Duration share) {
        this.places = places;
        this.overtime = overtime;
        this.share = share;
        this.threads = new ThreadPoolExecutor(places, places, IDLE_SECONDS, TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_WAITING), Thread.ofPlatform().daemon().name(name + "-", 0).factory());
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * @param threads see {@link ResolverSettings}
     * @param limit after which a look-up is given up; names in trouble may hold their places as long, and have fewer
     */
    static Map<Reputation.Standing, LookUpPool> byStanding(int threads, Duration limit) {
        int few = Math.max(threads / 4, 1);
        Duration share = limit.dividedBy(SHARES);
        var pools = new EnumMap<Reputation.Standing, LookUpPool>(Reputation.Standing.class);
        pools.put(Reputation.Standing.PROVEN, new LookUpPool("webhook-dns", threads, 4 * threads, share));
        pools.put(Reputation.Standing.NEW, new LookUpPool("webhook-dns-new", threads, 4 * threads, share));
        pools.put(Reputation.Standing.FAILED, new LookUpPool("webhook-dns-failed", few, threads, limit));
        pools.put(Reputation.Standing.HUNG, new LookUpPool("webhook-dns-hung", few, threads, limit));
        return pools;
    }

    /** @throws RejectedExecutionException when {@value #MAX_WAITING} wait already, or the pool is closed */
    void execute(Runnable lookUp) {
        unfinished.incrementAndGet();
        try {
            threads.execute(() -> new Turn().run(lookUp));
        } catch (RejectedExecutionException e) {
            unfinished.decrementAndGet();
            throw e;
        }
    }

    /** Look-ups that have no thread yet. */
    int waiting() {
        return threads.getQueue().size();
    }

    /** Look-ups that have a thread, those of which nobody expects an answer any more included. */
    int underWay() {
        return Math.max(unfinished.get() - waiting(), 0);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private void resize() {
        int size = places + Math.min(overdue, overtime);
        // In the order in which the core never exceeds the maximum.
        if (size > threads.getMaximumPoolSize()) {
            threads.setMaximumPoolSize(size);
            threads.setCorePoolSize(size);
        } else if (size < threads.getMaximumPoolSize()) {
            threads.setCorePoolSize(size);
            threads.setMaximumPoolSize(size);
        }
    }

    /** A look-up on its thread; the monitor of the pool guards it. */
    private final class Turn {

        private boolean late;
        private boolean over;

        void run(Runnable lookUp) {
            CompletableFuture.delayedExecutor(share.toMillis(), TimeUnit.MILLISECONDS, Runnable::run)
                    .execute(this::giveBackThePlace);
            try {
                lookUp.run();
            } finally {
                end();
            }
        }

        private void giveBackThePlace() {
            synchronized (LookUpPool.this) {
                if (!over) {
                    late = true;
                    overdue++;
                    resize();
                }
            }
        }

        private void end() {
            unfinished.decrementAndGet();
            synchronized (LookUpPool.this) {
                over = true;
                if (late) {
                    overdue--;
                    resize();
                }
            }
        }
    }
}

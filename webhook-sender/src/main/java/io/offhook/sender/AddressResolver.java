package io.offhook.sender;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resolves names off the caller's thread, so that a slow name server stalls nobody but the endpoints of that name. One look-up per
 * host at a time, shared by all who wait for it; a look-up is given up after 5 s although its thread may go on waiting, which is why
 * hosts whose last look-up failed get only {@value #SUSPECT_THREADS} of the {@value #THREADS} threads: dead names cannot hold up the
 * look-ups of names that work.
 *
 * <p>An answer is good for 10 s, a failure for 5 s. When the look-up fails, the last good answer serves for 5 minutes, because name
 * servers fail more often than receivers move; a refresh that takes longer than 1 s is not waited for either.
 */
public final class AddressResolver implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(AddressResolver.class);

    private static final int THREADS = 16;
    private static final int SUSPECT_THREADS = 4;
    private static final int MAX_HOSTS = 10_000;
    private static final Duration LOOK_UP_LIMIT = Duration.ofSeconds(5);
    private static final Duration REFRESH_PATIENCE = Duration.ofSeconds(1);
    private static final long POSITIVE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long NEGATIVE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LAST_GOOD_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final HostLookup lookup;
    private final LongSupplier nanoTime;
    private final Duration limit;
    private final ThreadPoolExecutor trusted = pool("webhook-dns", THREADS - SUSPECT_THREADS);
    private final ThreadPoolExecutor suspect = pool("webhook-dns-suspect", SUSPECT_THREADS);
    /** Guarded by itself; the least recently used host goes first. */
    private final Map<String, Host> hosts = new LinkedHashMap<>(64, 0.75f, true) {

        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Host> eldest) {
            return size() > MAX_HOSTS;
        }
    };

    public AddressResolver(HostLookup lookup) {
        this(lookup, System::nanoTime, LOOK_UP_LIMIT);
    }

    /**
     * @param nanoTime the monotonic clock that ages the answers
     * @param limit after which a look-up is given up
     */
    AddressResolver(HostLookup lookup, LongSupplier nanoTime, Duration limit) {
        this.lookup = lookup;
        this.nanoTime = nanoTime;
        this.limit = limit;
    }

    /**
     * The addresses of a name, within 5 s. Completes on a thread of the resolver or at once; never exceptionally.
     *
     * @param host a name in ASCII, not an address literal
     */
    CompletableFuture<Resolution> resolve(String host) {
        Host entry;
        synchronized (hosts) {
            entry = hosts.computeIfAbsent(host, Host::new);
        }
        return entry.resolve();
    }

    @Override
    public void close() {
        trusted.shutdownNow();
        suspect.shutdownNow();
    }

    private static ThreadPoolExecutor pool(String name, int threads) {
        var pool = new ThreadPoolExecutor(threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_HOSTS),
                Thread.ofPlatform().daemon().name(name + "-", 0).factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** What is known of one name. Its monitor guards its fields; futures are completed outside of it. */
    private final class Host {

        private final String name;
        private Resolution.Found lastGood;
        private long lastGoodAt;
        private Resolution.NotFound lastFailure;
        private long lastFailureAt;
        /** The look-up under way as far as waiting for it goes: given up after 5 s. */
        private CompletableFuture<Resolution> pending;
        /** A thread is still in the look-up function, also after it was given up. */
        private boolean running;

        Host(String name) {
            this.name = name;
        }

        CompletableFuture<Resolution> resolve() {
            CompletableFuture<Resolution> waitFor;
            Resolution.Found fallback;
            synchronized (this) {
                long now = nanoTime.getAsLong();
                fallback = lastGood != null && now - lastGoodAt < LAST_GOOD_NANOS ? lastGood : null;
                if (lastGood != null && now - lastGoodAt < POSITIVE_NANOS) {
                    return CompletableFuture.completedFuture(lastGood);
                }
                if (lastFailure != null && (running || now - lastFailureAt < NEGATIVE_NANOS)) {
                    return CompletableFuture.completedFuture(fallback != null ? fallback : lastFailure);
                }
                if (pending == null) {
                    start();
                }
                waitFor = pending;
            }
            if (fallback == null) {
                return waitFor.copy();
            }
            return waitFor.copy()
                    .completeOnTimeout(fallback, REFRESH_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .thenApply(answer -> answer instanceof Resolution.Found ? answer : fallback);
        }

        private void start() {
            var shared = new CompletableFuture<Resolution>();
            pending = shared;
            running = true;
            try {
                (lastFailure == null ? trusted : suspect).execute(() -> run(shared));
            } catch (RejectedExecutionException e) {
                // Thousands of names wait already, or the resolver is closed: a failure like any other, tried again later.
                finish(shared, new Resolution.NotFound(name + ": too many look-ups are waiting"), true);
                return;
            }
            CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS, Runnable::run).execute(
                    () -> finish(shared,
                            new Resolution.NotFound(name + ": no answer within " + limit.toMillis() + " ms"),
                            false));
        }

        private void run(CompletableFuture<Resolution> shared) {
            Resolution answer;
            try {
                List<InetAddress> addresses = lookup.lookUp(name);
                answer = addresses.isEmpty()
                        ? new Resolution.NotFound(name + " has no address")
                        : new Resolution.Found(addresses);
            } catch (UnknownHostException e) {
                // The everyday failure: whoever waits reports it.
                answer = new Resolution.NotFound(name + " does not resolve");
            } catch (RuntimeException e) {
                log.error("The look-up of {} failed unexpectedly; it counts as not found", name, e);
                answer = new Resolution.NotFound(name + " does not resolve");
            }
            finish(shared, answer, true);
        }

        /** @param returned the look-up function is done, whether or not it had been given up */
        private void finish(CompletableFuture<Resolution> shared, Resolution answer, boolean returned) {
            synchronized (this) {
                running &= !returned;
                if (pending == shared || returned) {
                    remember(answer);
                }
                if (pending == shared) {
                    pending = null;
                }
            }
            shared.complete(answer);
        }

        private void remember(Resolution answer) {
            long now = nanoTime.getAsLong();
            switch (answer) {
                case Resolution.Found found -> {
                    lastGood = found;
                    lastGoodAt = now;
                    lastFailure = null;
                }
                case Resolution.NotFound failure -> {
                    lastFailure = failure;
                    lastFailureAt = now;
                }
            }
        }
    }
}

package io.offhook.sender;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resolves names off the caller's thread, so that a slow name server stalls nobody but the endpoints of that name. One look-up per
 * host at a time, shared by all who wait for it.
 *
 * <p>A look-up is given up 5 s after its thread has begun, although the thread may go on waiting. So that names whose name server is
 * silent cannot hold up the others, names have threads by their {@link Reputation}: those that answered lately, new ones, those that
 * failed and those that hung each have a {@link LookUpPool} of their own. Of the first two a look-up that has not ended after 0.1 s (a
 * fiftieth of the limit; name servers mostly answer sooner) makes room for the next: fifty silent new names cost a healthy one behind
 * them 0.3 s. A look-up that got no thread says nothing about its name, and is not remembered.
 *
 * <p>An answer is good for 10 s, a failure for 5 s. When the look-up fails, the last good answer serves for 5 minutes, because name
 * servers fail more often than receivers move; a refresh that takes longer than 1 s is not waited for either. These are the standard
 * {@linkplain ResolverSettings settings}.
 */
public final class AddressResolver implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(AddressResolver.class);

    private static final int MAX_HOSTS = 10_000;
    private static final long REFRESH_PATIENCE = TimeUnit.SECONDS.toNanos(1);

    private final HostLookup lookup;
    private final LongSupplier nanoTime;
    private final ResolverSettings settings;
    private final Map<Reputation.Standing, LookUpPool> pools;
    /** Guarded by itself; the least recently used host goes first. */
    private final Map<String, Host> hosts = new LinkedHashMap<>(64, 0.75f, true) {

        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Host> eldest) {
            return size() > MAX_HOSTS;
        }
    };

    /** With the standard settings. */
    public AddressResolver(HostLookup lookup) {
        this(lookup, ResolverSettings.standard());
    }

    public AddressResolver(HostLookup lookup, ResolverSettings settings) {
        this(lookup, System::nanoTime, settings);
    }

    /** @param limit after which a look-up is given up */
    AddressResolver(HostLookup lookup, LongSupplier nanoTime, Duration limit) {
        this(lookup, nanoTime, ResolverSettings.standard().withTimeout(limit));
    }

    /** @param nanoTime the monotonic clock that ages the answers */
    AddressResolver(HostLookup lookup, LongSupplier nanoTime, ResolverSettings settings) {
        this.lookup = lookup;
        this.nanoTime = nanoTime;
        this.settings = settings;
        this.pools = LookUpPool.byStanding(settings.threads(), settings.timeout());
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

    public LookUpStats lookUps() {
        return new LookUpStats(pools.values().stream().mapToInt(LookUpPool::waiting).sum(),
                pools.values().stream().mapToInt(LookUpPool::underWay).sum());
    }

    @Override
    public void close() {
        pools.values().forEach(LookUpPool::close);
    }

    /** What is known of one name. Its monitor guards its fields; futures are completed outside of it. */
    private final class Host {

        private final String name;
        private final Reputation reputation = new Reputation(settings.lastGood());
        private Resolution.Found lastGood;
        private long lastGoodAt;
        private Resolution.NotFound lastFailure;
        private long lastFailureAt;
        /** The look-up that is to come or under way, until it is given up. */
        private CompletableFuture<Resolution> pending;
        private long pendingSince;
        /** A thread is in the look-up function, also after it was given up. */
        private boolean running;

        Host(String name) {
            this.name = name;
        }

        CompletableFuture<Resolution> resolve() {
            CompletableFuture<Resolution> waitFor;
            Resolution.Found fallback;
            long patience;
            synchronized (this) {
                long now = nanoTime.getAsLong();
                fallback = lastGood != null && now - lastGoodAt < settings.lastGood().toNanos() ? lastGood : null;
                if (lastGood != null && now - lastGoodAt < settings.refresh().toNanos()) {
                    return CompletableFuture.completedFuture(lastGood);
                }
                boolean givenUp = running && pending == null;
                if (lastFailure != null
                        && (givenUp || now - lastFailureAt < settings.failureMemory().toNanos())) {
                    return CompletableFuture.completedFuture(fallback != null ? fallback : lastFailure);
                }
                waitFor = pending != null ? pending : start(now);
                patience = REFRESH_PATIENCE - (now - pendingSince);
            }
            if (fallback == null) {
                return waitFor.copy().orTimeout(settings.timeout().toMillis(), TimeUnit.MILLISECONDS)
                        .exceptionally(_ -> unanswered());
            }
            if (patience <= 0 && !waitFor.isDone()) {
                return CompletableFuture.completedFuture(fallback);
            }
            return waitFor.copy().completeOnTimeout(fallback, patience, TimeUnit.NANOSECONDS)
                    .thenApply(answer -> answer instanceof Resolution.Found ? answer : fallback);
        }

        private CompletableFuture<Resolution> start(long now) {
            var shared = new CompletableFuture<Resolution>();
            try {
                pools.get(reputation.standing(now)).execute(() -> run(shared));
            } catch (RejectedExecutionException e) {
                // Thousands of names wait already, or the resolver is closed. Not this name's failure: whoever asks next tries anew.
                return CompletableFuture.completedFuture(
                        new Resolution.NotFound(name + ": too many look-ups are waiting"));
            }
            pending = shared;
            pendingSince = now;
            return shared;
        }

        private void run(CompletableFuture<Resolution> shared) {
            synchronized (this) {
                running = true;
            }
            CompletableFuture.delayedExecutor(settings.timeout().toMillis(), TimeUnit.MILLISECONDS, Runnable::run)
                    .execute(() -> giveUp(shared));
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
            end(shared, answer);
        }

        private void giveUp(CompletableFuture<Resolution> shared) {
            Resolution.NotFound failure;
            synchronized (this) {
                if (pending != shared) {
                    return;
                }
                failure = unanswered();
                pending = null;
                long now = nanoTime.getAsLong();
                remember(failure, now);
                reputation.hung(now);
            }
            shared.complete(failure);
        }

        /** Also of a look-up that was given up: its answer serves, but earns no trust. */
        private void end(CompletableFuture<Resolution> shared, Resolution answer) {
            synchronized (this) {
                long now = nanoTime.getAsLong();
                running = false;
                remember(answer, now);
                if (pending == shared) {
                    pending = null;
                    if (answer instanceof Resolution.Found) {
                        reputation.answered(now);
                    } else {
                        reputation.failed(now);
                    }
                }
            }
            shared.complete(answer);
        }

        private void remember(Resolution answer, long now) {
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

        private synchronized Resolution.NotFound unanswered() {
            return new Resolution.NotFound(name + (running ? ": no answer within " : ": its look-up waited for ")
                    + settings.timeout().toMillis() + " ms");
        }
    }
}

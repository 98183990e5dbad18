package io.offhook.sender;

import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import javax.net.ssl.SSLContext;

/**
 * POSTs webhooks, one attempt at a time each: no retries, no redirects, no order, no limit of its own to what is in flight. Safe for
 * all threads.
 */
public final class WebhookSender implements AutoCloseable {

    private static final long EVICTION_SECONDS = 5;

    private final SenderParts parts;
    private final Set<AttemptRun> inFlight = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * Trusts the certificate authorities that Java trusts.
     *
     * @param version of Offhook, for {@code user-agent}
     * @param clock gives the times in signatures and results
     */
    public WebhookSender(String version, EgressGuard guard, InstantSource clock) {
        this(version, guard, clock, javaDefault());
    }

    /** @param sslContext decides which certificates are trusted, such as those of a private authority */
    public WebhookSender(String version, EgressGuard guard, InstantSource clock, SSLContext sslContext) {
        var timer = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("webhook-timer").factory());
        // Most deadlines are cancelled long before they are due; without this each would hold its attempt until then.
        timer.setRemoveOnCancelPolicy(true);
        this.parts = new SenderParts(Objects.requireNonNull(guard, "guard"), new Connector(sslContext),
                new IdleConnections(System::nanoTime), new WebhookHeaders(version), new Targets(), timer,
                new LongAdder(), clock);
        timer.scheduleWithFixedDelay(parts.idle()::evict, EVICTION_SECONDS, EVICTION_SECONDS, TimeUnit.SECONDS);
    }

    /**
     * Sends once. Does not block, and the future never completes exceptionally: what goes wrong, a bug included, is a result. It
     * completes at the latest after the endpoint's connection and request time-outs together, on an I/O or timer thread or before this
     * returns; whatever depends on it must not block.
     */
    public CompletableFuture<AttemptResult> send(WebhookAttempt attempt) {
        var run = new AttemptRun(attempt, parts);
        inFlight.add(run);
        CompletableFuture<AttemptResult> result = run.future();
        result.whenComplete((_, _) -> inFlight.remove(run));
        if (!closed) {
            run.start();
        }
        if (closed) {
            // Also when it was closed meanwhile, after close() had gone through those in flight.
            run.abandon();
        }
        return result.copy();
    }

    public ConnectionStats connections() {
        return new ConnectionStats(parts.connector().opened(), parts.reused().sum(), parts.idle().size());
    }

    /** Closes all connections; attempts under way end at once as {@link AttemptError#CONNECTION_RESET}. The guard stays open. */
    @Override
    public void close() {
        closed = true;
        inFlight.forEach(AttemptRun::abandon);
        parts.idle().closeAll();
        parts.connector().close();
        parts.timer().shutdownNow();
    }

    private static SSLContext javaDefault() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the trust store that the system properties name cannot be read", e);
        }
    }
}

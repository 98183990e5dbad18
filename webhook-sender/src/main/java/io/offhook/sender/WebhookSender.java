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
import java.util.function.Consumer;

import javax.net.ssl.SSLContext;

/**
 * POSTs webhooks, one attempt at a time each: no retries, no redirects, no order, no limit of its own to what is in flight. Safe for
 * all threads.
 */
public final class WebhookSender implements AutoCloseable {

    private static final long EVICTION_SECONDS = 5;
    /** Deadlines are whole seconds, and the reactor looks at its own every 50 ms. */
    private static final long DEADLINES_MILLIS = 20;

    private final SenderParts parts;
    private final Set<AttemptRun> inFlight = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor timer;
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
        var heads = new RequestHeads(version);
        this.parts = new SenderParts(Objects.requireNonNull(guard, "guard"), new Connector(sslContext),
                new IdleConnections(System::nanoTime), heads, new Addressees(heads), new LongAdder(),
                clock);
        this.timer = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("webhook-timer").factory());
        timer.scheduleWithFixedDelay(parts.idle()::evict, EVICTION_SECONDS, EVICTION_SECONDS, TimeUnit.SECONDS);
        timer.scheduleWithFixedDelay(this::endOverdue, DEADLINES_MILLIS, DEADLINES_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** A timer for each attempt would cost a tenth of it, and hardly one is ever due. */
    private void endOverdue() {
        long now = System.nanoTime();
        inFlight.forEach(run -> run.endIfOverdue(now));
    }

    /**
     * Sends once. Does not block, and the future never completes exceptionally: what goes wrong, a bug included, is a result. It
     * completes at the latest 20 ms after the endpoint's connection and request time-outs together, on an I/O or timer thread or before this
     * returns; whatever depends on it must not block.
     */
    public CompletableFuture<AttemptResult> send(WebhookAttempt attempt) {
        var result = new CompletableFuture<AttemptResult>();
        send(attempt, result::complete);
        return result;
    }

    /** As {@link #send(WebhookAttempt)}, without a future. @param ended hears the result, once; must not block */
    public void send(WebhookAttempt attempt, Consumer<AttemptResult> ended) {
        var run = new AttemptRun(attempt, parts, this::forget, ended);
        inFlight.add(run);
        if (!closed) {
            run.start();
        }
        if (closed) {
            // Also when it was closed meanwhile, after close() had gone through those in flight.
            run.abandon();
        }
    }

    private void forget(AttemptRun run) {
        inFlight.remove(run);
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
        timer.shutdownNow();
    }

    private static SSLContext javaDefault() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the trust store that the system properties name cannot be read", e);
        }
    }
}

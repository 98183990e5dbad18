package io.offhook.sender;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.IOSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt as it goes on: guard, connection, exchange, result. Two deadlines bound it. The first starts with the attempt and covers
 * resolving, connecting and TLS over all addresses; the second starts when the first connection is ready. Each connection attempt gets
 * an equal share of what is left of the first, so that one black hole among several addresses does not use it up.
 *
 * <p>Events arrive on resolver, I/O and timer threads. The monitor guards the state; each connection bears the number of the step
 * that asked for it, and what an abandoned step reports is ignored. The future is completed outside of the monitor.
 */
final class AttemptRun {

    private static final Logger log = LoggerFactory.getLogger(AttemptRun.class);

    private enum Phase {
        RESOLVING, CONNECTING, HANDSHAKING, EXCHANGING, DONE
    }

    private final WebhookAttempt attempt;
    private final SenderParts parts;
    private final Instant attemptedAt;
    private final long startedAt = System.nanoTime();
    private final long connectionNanos;
    private final long requestNanos;
    private final CompletableFuture<AttemptResult> future = new CompletableFuture<>();

    private Phase phase = Phase.RESOLVING;
    private Target target;
    private List<InetAddress> addresses = List.of();
    private int step;
    /** The last step whose TCP connection was established. */
    private int connectedStep;
    private Route route;
    private Future<?> connecting;
    private IOSession handshake;
    private Connection connection;
    private boolean reused;
    private ResponseReader reader;
    private Future<?> connectionTimer;
    private Future<?> requestTimer;

    AttemptRun(WebhookAttempt attempt, SenderParts parts) {
        this.attempt = attempt;
        this.parts = parts;
        this.attemptedAt = parts.clock().instant();
        this.connectionNanos = TimeUnit.SECONDS.toNanos(attempt.endpoint().connectionTimeoutSec());
        this.requestNanos = TimeUnit.SECONDS.toNanos(attempt.endpoint().requestTimeoutSec());
    }

    CompletableFuture<AttemptResult> future() {
        return future;
    }

    void start() {
        guarded(() -> {
            try {
                target = parts.targets().of(attempt.endpoint().url());
            } catch (IllegalArgumentException e) {
                // Registration refuses such a URL; one stored before a rule was added must not be sent to.
                fail(new Failure(AttemptError.BLOCKED_ADDRESS, String.valueOf(e.getMessage())));
                return;
            }
            CompletableFuture<EgressGuard.Egress> check = parts.guard().check(target);
            if (!check.isDone()) {
                startConnectionTimer();
            }
            check.thenAccept(egress -> guarded(() -> checked(egress)));
        });
    }

    /** Ends the attempt because the sender is closed. */
    void abandon() {
        fail(new Failure(AttemptError.CONNECTION_RESET, "the sender was closed"));
    }

    private void checked(EgressGuard.Egress egress) {
        switch (egress) {
            case EgressGuard.Egress.Allowed(var passed) -> {
                addresses = passed;
                if (!reuse()) {
                    open(0);
                }
            }
            case EgressGuard.Egress.Blocked(var detail) -> fail(new Failure(AttemptError.BLOCKED_ADDRESS, detail));
            case EgressGuard.Egress.Unresolved(var detail) -> fail(new Failure(AttemptError.DNS, detail));
        }
    }

    private boolean reuse() {
        for (InetAddress address : addresses) {
            Optional<Connection> idle = parts.idle().take(routeTo(address));
            if (idle.isPresent()) {
                parts.reused().increment();
                ready(idle.get(), nextStep(idle.get().route()), true);
                return true;
            }
        }
        return false;
    }

    private void open(int index) {
        Route to = routeTo(addresses.get(index));
        int mine = nextStep(to);
        Duration share;
        synchronized (this) {
            if (phase == Phase.DONE) {
                return;
            }
            phase = Phase.CONNECTING;
            startConnectionTimer();
            share = Duration.ofNanos(Math.max(connectionNanosLeft() / (addresses.size() - index), 1_000_000));
        }
        Future<?> pending = parts.connector().open(to, share, new Connector.Listener() {

            @Override
            public void handshaking(IOSession session) {
                guarded(() -> AttemptRun.this.handshaking(session, mine));
            }

            @Override
            public void opened(Connection opened) {
                guarded(() -> ready(opened, mine, false));
            }

            @Override
            public void failed(Exception cause) {
                guarded(() -> notConnected(cause, index, mine));
            }
        });
        synchronized (this) {
            if (connectedStep == mine) {
                // Connected before we came here; cancelling now would close the connection, which may even be back in the pool.
                return;
            }
            if (step == mine && phase == Phase.CONNECTING) {
                connecting = pending;
                return;
            }
        }
        pending.cancel(true);
    }

    private void handshaking(IOSession session, int mine) {
        synchronized (this) {
            if (step == mine && phase == Phase.CONNECTING) {
                phase = Phase.HANDSHAKING;
                connectedStep = mine;
                connecting = null;
                handshake = session;
                return;
            }
        }
        session.close(CloseMode.IMMEDIATE);
    }

    private void notConnected(Exception cause, int index, int mine) {
        Failure failure;
        synchronized (this) {
            if (step != mine || phase == Phase.DONE) {
                return;
            }
            failure = phase == Phase.HANDSHAKING
                    ? Failure.handshaking(cause, route)
                    : Failure.connecting(cause, route);
        }
        if (index + 1 < addresses.size() && connectionNanosLeft() > 0) {
            open(index + 1);
        } else {
            fail(failure);
        }
    }

    private void ready(Connection opened, int mine, boolean isReused) {
        ResponseReader exchange;
        synchronized (this) {
            if (step != mine || phase == Phase.DONE) {
                opened.abort();
                return;
            }
            phase = Phase.EXCHANGING;
            connectedStep = mine;
            connecting = null;
            handshake = null;
            connection = opened;
            reused = isReused;
            cancel(connectionTimer);
            if (requestTimer == null) {
                // A second connection does not move the deadline that the first one set.
                requestTimer = parts.after(requestNanos, () -> guarded(this::requestDeadline));
            }
            reader = new ResponseReader(request(), attempt.message().body(), listener(mine));
            exchange = reader;
        }
        opened.execute(exchange);
    }

    private BasicHttpRequest request() {
        var request = new BasicHttpRequest("POST", target.requestTarget());
        Header[] headers = parts.headers().of(attempt, target, parts.clock().instant()).toArray(Header[]::new);
        request.setHeaders(headers);
        return request;
    }

    private ResponseReader.Listener listener(int mine) {
        return new ResponseReader.Listener() {

            @Override
            public void received(HttpResponse response, boolean reusable) {
                guarded(() -> AttemptRun.this.received(response, reusable, mine));
            }

            @Override
            public void failed(Exception cause, boolean untouched) {
                guarded(() -> exchangeFailed(cause, untouched, mine));
            }
        };
    }

    private void received(HttpResponse response, boolean reusable, int mine) {
        synchronized (this) {
            if (step != mine || phase == Phase.DONE) {
                return;
            }
            if (reusable) {
                parts.idle().put(connection, KeepAlive.of(response));
                connection = null;
            }
        }
        AttemptError error = Outcome.errorOf(response.getCode());
        finish(error, error == null ? null : "HTTP " + response.getCode());
    }

    private void exchangeFailed(Exception cause, boolean untouched, int mine) {
        Failure failure = Failure.exchanging(cause);
        boolean stale;
        synchronized (this) {
            if (step != mine || phase == Phase.DONE) {
                return;
            }
            // A pooled connection that the receiver had closed. The next one is fresh, so this happens once.
            stale = reused && untouched && failure.error() == AttemptError.CONNECTION_RESET
                    && connectionNanosLeft() > 0;
            if (stale) {
                connection.abort();
                connection = null;
            }
        }
        if (stale) {
            open(0);
        } else {
            fail(failure);
        }
    }

    private void connectionDeadline() {
        Failure failure;
        synchronized (this) {
            String limit = " within " + attempt.endpoint().connectionTimeoutSec() + " s";
            failure = switch (phase) {
                case RESOLVING -> new Failure(AttemptError.DNS, target.host() + ": no answer" + limit);
                case CONNECTING ->
                    new Failure(AttemptError.CONNECT_TIMEOUT, route.remoteAddress() + ": no connection" + limit);
                case HANDSHAKING -> new Failure(AttemptError.TLS, route.remoteAddress() + ": TLS not done" + limit);
                case EXCHANGING, DONE -> null;
            };
        }
        if (failure != null) {
            fail(failure);
        }
    }

    private void requestDeadline() {
        fail(new Failure(AttemptError.REQUEST_TIMEOUT,
                "no complete response within " + attempt.endpoint().requestTimeoutSec() + " s"));
    }

    private void fail(Failure failure) {
        finish(failure.error(), failure.detail());
    }

    /** Ends the attempt, unless it has ended. What is open is closed: at a deadline the receiver sees its connection end. */
    private void finish(AttemptError error, String detail) {
        synchronized (this) {
            if (phase == Phase.DONE) {
                return;
            }
            phase = Phase.DONE;
            cancel(connectionTimer);
            cancel(requestTimer);
            cancel(connecting);
            if (handshake != null) {
                handshake.close(CloseMode.IMMEDIATE);
            }
            if (connection != null) {
                connection.abort();
            }
        }
        future.complete(result(error, detail));
    }

    private AttemptResult result(AttemptError error, String detail) {
        Integer status = reader == null ? null : reader.status();
        return new AttemptResult(Outcome.of(status, error), status, error, detail,
                Duration.ofNanos(System.nanoTime() - startedAt), reader == null ? "" : reader.excerpt(),
                route == null ? null : route.remoteAddress(),
                reader == null ? Optional.empty() : reader.retryAfter(parts.clock().instant()), attemptedAt);
    }

    private synchronized int nextStep(Route next) {
        route = next;
        return ++step;
    }

    private Route routeTo(InetAddress address) {
        return new Route(target.secure(), target.host(), target.port(), address);
    }

    private synchronized void startConnectionTimer() {
        if (connectionTimer == null || connectionTimer.isDone()) {
            connectionTimer = parts.after(connectionNanosLeft(), () -> guarded(this::connectionDeadline));
        }
    }

    private long connectionNanosLeft() {
        return connectionNanos - (System.nanoTime() - startedAt);
    }

    private static void cancel(Future<?> pending) {
        if (pending != null) {
            pending.cancel(true);
        }
    }

    /** Every event runs in here: a bug ends the attempt with a result and a log line, never an I/O thread or a hanging future. */
    private void guarded(Runnable event) {
        try {
            event.run();
        } catch (RuntimeException e) {
            log.error("Attempt {} of {} to endpoint {} failed unexpectedly", attempt.number(), attempt.message().id(),
                    attempt.endpoint().id(), e);
            fail(Failure.internal(e));
        }
    }
}

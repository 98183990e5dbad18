package io.offhook.sender;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.apache.hc.core5.http.HttpResponse;
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
 * that asked for it, and what an abandoned step reports is ignored. The result is told outside of the monitor.
 */
final class AttemptRun implements ResponseReader.Listener {

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
    private final Consumer<AttemptRun> done;
    private final Consumer<AttemptResult> ended;

    private Phase phase = Phase.RESOLVING;
    private Addressees.Addressee addressee;
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
    /** When the first connection was ready; 0 before, a time of the clock of {@link #startedAt}. */
    private long readyAt;

    /**
     * @param done is told when the attempt is over
     * @param ended hears the result then
     */
    AttemptRun(WebhookAttempt attempt, SenderParts parts, Consumer<AttemptRun> done, Consumer<AttemptResult> ended) {
        this.attempt = attempt;
        this.parts = parts;
        this.done = done;
        this.ended = ended;
        this.attemptedAt = parts.clock().instant();
        this.connectionNanos = TimeUnit.SECONDS.toNanos(attempt.endpoint().connectionTimeoutSec());
        this.requestNanos = TimeUnit.SECONDS.toNanos(attempt.endpoint().requestTimeoutSec());
    }

    void start() {
        guarded(() -> {
            try {
                addressee = parts.addressees().of(attempt.endpoint());
                target = addressee.target();
            } catch (IllegalArgumentException e) {
                // Registration refuses such a URL; one stored before a rule was added must not be sent to.
                fail(new Failure(AttemptError.BLOCKED_ADDRESS, String.valueOf(e.getMessage())));
                return;
            }
            parts.guard().check(target).thenAccept(egress -> guarded(() -> checked(egress)));
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
            if (readyAt == 0) {
                // A second connection does not move the deadline that the first one set.
                readyAt = System.nanoTime() | 1;
            }
            reader = new ResponseReader(request(), attempt.message().body(), this);
            exchange = reader;
        }
        opened.execute(exchange);
    }

    private WebhookRequest request() {
        HeadBuffer head = parts.heads().of(attempt, addressee.head(), parts.clock().instant());
        return new WebhookRequest(target, head, attempt.message().body().length);
    }

    @Override
    public void received(ResponseReader from, HttpResponse response, boolean reusable) {
        guarded(() -> onReceived(from, response, reusable));
    }

    @Override
    public void failed(ResponseReader from, Exception cause, boolean untouched) {
        guarded(() -> exchangeFailed(from, cause, untouched));
    }

    private void onReceived(ResponseReader from, HttpResponse response, boolean reusable) {
        synchronized (this) {
            if (reader != from || phase == Phase.DONE) {
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

    private void exchangeFailed(ResponseReader from, Exception cause, boolean untouched) {
        Failure failure = Failure.exchanging(cause);
        boolean stale;
        synchronized (this) {
            // Of one that was given up, a new connection is being opened.
            if (reader != from || phase != Phase.EXCHANGING) {
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

    /** Looked at every {@value WebhookSender#DEADLINES_MILLIS} ms. */
    void endIfOverdue(long now) {
        boolean requestOverdue;
        boolean connectionOverdue;
        synchronized (this) {
            requestOverdue = readyAt != 0 && now - readyAt >= requestNanos;
            connectionOverdue = phase != Phase.EXCHANGING && now - startedAt >= connectionNanos;
        }
        if (requestOverdue) {
            guarded(this::requestDeadline);
        } else if (connectionOverdue) {
            guarded(this::connectionDeadline);
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
            if (connecting != null) {
                connecting.cancel(true);
            }
            if (handshake != null) {
                handshake.close(CloseMode.IMMEDIATE);
            }
            if (connection != null) {
                connection.abort();
            }
        }
        done.accept(this);
        ended.accept(result(error, detail));
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

    private long connectionNanosLeft() {
        return connectionNanos - (System.nanoTime() - startedAt);
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

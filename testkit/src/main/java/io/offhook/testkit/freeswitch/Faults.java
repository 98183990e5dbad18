package io.offhook.testkit.freeswitch;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What can go wrong between a switch and its clients, on demand. Everything acts on the clients that are connected now, unless it says otherwise. */
public final class Faults {
    private final EslServer server;
    private final Dispatcher dispatcher;
    private final ScheduledExecutorService timers;
    private final Heartbeat heartbeat;

    Faults(EslServer server, Dispatcher dispatcher, ScheduledExecutorService timers, Heartbeat heartbeat) {
        this.server = server;
        this.dispatcher = dispatcher;
        this.timers = timers;
        this.heartbeat = heartbeat;
    }

    /** Cuts every connection now, without a notice; what is queued is lost. */
    public void cut(CutMode mode) {
        server.forEach(connection -> connection.close(mode));
    }

    /** Cuts every connection after so many more bytes, wherever in a frame that is. */
    public void cutAfter(long bytes, CutMode mode) {
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes: " + bytes + " (expected: 1 or more)");
        }
        server.forEach(connection -> connection.wire().cutAfter(bytes, mode));
    }

    /** Reads and writes nothing any more, while the connections stay: a peer that hangs. Events queue up meanwhile. */
    public void stall() {
        server.forEach(connection -> connection.gate().stalled(true));
    }

    /** Ends {@link #stall()}. */
    public void resume() {
        server.forEach(connection -> connection.gate().stalled(false));
    }

    /** Everything is sent in pieces of 1 to {@code longest} bytes from now on, also to clients that come later. */
    public void splitWrites(long seed, int longest) {
        if (longest < 1) {
            throw new IllegalArgumentException("longest: " + longest + " (expected: 1 or more bytes)");
        }
        server.chunks(new EslServer.Chunks(seed, longest));
    }

    /** Refuses new connections for a time; those that are there stay. */
    public void refuseConnections(Duration time) {
        server.stopListening();
        timers.schedule(server::listen, time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Fires no HEARTBEAT until told otherwise, as after a step of the clock. */
    public void holdHeartbeats(boolean held) {
        heartbeat.held(held);
    }

    /** A HEARTBEAT now, unless held. */
    public void heartbeatNow() {
        heartbeat.beat();
    }

    /** Sends arbitrary bytes to every client that has subscribed, between two frames. */
    public void inject(byte[] bytes) {
        byte[] copy = bytes.clone();
        dispatcher.broadcast(format -> copy);
    }

    /** Events that the full queues of the connected clients have lost. */
    public long lostEvents() {
        AtomicLong lost = new AtomicLong();
        server.forEach(connection -> lost.addAndGet(connection.lostEvents()));
        return lost.get();
    }
}

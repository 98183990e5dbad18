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
    private final CallEngine calls;
    private final ApiFaults api;

    Faults(EslServer server, Dispatcher dispatcher, ScheduledExecutorService timers, Heartbeat heartbeat,
            CallEngine calls, ApiFaults api) {
        this.server = server;
        this.dispatcher = dispatcher;
        this.timers = timers;
        this.heartbeat = heartbeat;
        this.calls = calls;
        this.api = api;
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

    /**
     * A leg ends and nobody is told: no event, no CDR, as when the event was lost within FreeSWITCH. The ledger has its end
     * (NORMAL_CLEARING, now); other legs of its call go on.
     *
     * @throws IllegalArgumentException when there is no such leg
     */
    public void forget(String uuid) {
        if (!calls.forget(uuid)) {
            throw new IllegalArgumentException("uuid: " + uuid + " (expected: a leg that is up)");
        }
    }

    /**
     * Every {@code api} and {@code bgapi} of a client takes so long from now on, also of clients that come later; zero for none. As in
     * FreeSWITCH a connection gets no events while its own {@code api} runs. A command that waits when this changes goes by the new time.
     */
    public void delayApi(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("time: " + time + " (expected: 0 or more)");
        }
        api.delay(time);
    }

    /** API commands that {@link #delayApi} holds back now. */
    public int waitingApiCommands() {
        return api.waiting();
    }

    /** Every API command of a client is answered by this instead, e.g. {@code -ERR show Command not found!\n}, until {@link #healApi()}. */
    public void failApi(String reply) {
        api.failAll(reply);
    }

    /** As {@link #failApi(String)} for the commands that begin with that word, which goes before the reply to all. */
    public void failApi(String verb, String reply) {
        api.fail(verb, reply);
    }

    /** Ends {@link #delayApi} and {@link #failApi}. */
    public void healApi() {
        api.heal();
    }

    /**
     * The wall clock jumps and the core takes it over at once ({@code fsctl sync_clock}): events and what happens to calls from now on
     * are dated by it, what has happened keeps its time, so that durations can be negative. After a step back no HEARTBEAT is fired
     * until the clock is where it was, after a step forward one at once.
     */
    public void stepClock(Duration step) {
        calls.stepClock(step.toNanos() / 1000);
        if (step.isPositive()) {
            heartbeat.beat();
        }
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

package io.offhook.testkit.freeswitch;

import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A FreeSWITCH as its event socket shows it: it speaks ESL on a real port, plays captures of a real one byte for byte, places
 * synthetic calls whose truth it keeps, and fails on demand. Protocol, encodings and event order were measured on FreeSWITCH
 * 1.10.12.
 * <p>
 * All calls run on one thread, as events of a real core pass one dispatch thread: a client that does not read until its queue is
 * full stops them all. Methods of this class may be called from any thread.
 */
public final class SimulatedFreeSwitch implements AutoCloseable {
    /** How long a core that goes down waits for its sessions, whose CDRs may be on their way. */
    private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(10);

    private final SwitchOptions options;
    private final SwitchCore core;
    private final ChannelTable channels;
    private final Dispatcher dispatcher = new Dispatcher();
    private final TruthLedger ledger = new TruthLedger();
    private final ScheduledThreadPoolExecutor thread;
    private final ScheduledThreadPoolExecutor timers;
    private final CdrPoster cdrs;
    private final CallEngine calls;
    private final ApiCommands api;
    private final ApiFaults apiFaults = new ApiFaults();
    private final Heartbeat heartbeat;
    private final EslServer server;
    private final Faults faults;
    private volatile Playback playback;

    private SimulatedFreeSwitch(SwitchOptions options) {
        this.options = options;
        core = new SwitchCore(options);
        channels = new ChannelTable(options.showChannelsDelay());
        thread = executor("freeswitch-core");
        timers = executor("freeswitch-timers");
        cdrs = options.cdr().map(CdrPoster::new).orElse(null);
        calls = new CallEngine(core, dispatcher, channels, ledger, thread, cdrs, options.seed());
        api = new ApiCommands(core, channels, dispatcher, calls, apiFaults,
                task -> Thread.ofVirtual().name("bgapi").start(task));
        heartbeat = new Heartbeat(core, channels, dispatcher);
        server = new EslServer(options, this::connection);
        faults = new Faults(server, dispatcher, timers, heartbeat, calls, apiFaults);
    }

    /** Starts with {@link SwitchOptions#defaults()}. */
    public static SimulatedFreeSwitch start() {
        return start(SwitchOptions.defaults());
    }

    /**
     * Starts listening.
     *
     * @throws UncheckedIOException when the port is taken
     */
    public static SimulatedFreeSwitch start(SwitchOptions options) {
        SimulatedFreeSwitch started = new SimulatedFreeSwitch(options);
        long nanos = options.heartbeat().toNanos();
        started.thread.scheduleAtFixedRate(started::beat, nanos, nanos, TimeUnit.NANOSECONDS);
        return started;
    }

    /** The TCP port, the same for the whole life of this object. */
    public int port() {
        return server.port();
    }

    /** Core-UUID of the running core; a restart changes it, a capture brings its own. */
    public String coreUuid() {
        return core.uuid();
    }

    /** Legs that this core has created since it started. */
    public long sessionsSinceStartup() {
        return core.sessionsSinceStart();
    }

    /** Clients that have authenticated and are connected. */
    public int clients() {
        return server.clients();
    }

    /** Clients that have subscribed to events: what happens from now on reaches them. */
    public int subscribers() {
        return dispatcher.subscribers();
    }

    /** Legs that are up. */
    public int channels() {
        return channels.size();
    }

    /** Plays a capture from the classpath; see {@link Captures#names()}. */
    public Playback play(String capture, PlayOptions how) {
        return play(Captures.open(capture), how);
    }

    /** Plays a capture; one at a time, another one that still plays is stopped. */
    public Playback play(Capture capture, PlayOptions how) {
        Playback previous = playback;
        if (previous != null) {
            previous.stop();
        }
        Playback started = new Playback(capture, how, core, channels, dispatcher,
                () -> server.forEach(connection -> connection.finish(new byte[0])));
        playback = started;
        if (subscribers() > 0) {
            started.subscribed();
        }
        Thread.ofVirtual().name("playback").start(started::run);
        return started;
    }

    /**
     * Takes the state of a captured FreeSWITCH at a moment of which its channels were recorded: {@code show channels as json},
     * {@code uuid_dump} and {@code uuid_exists} answer as they did there, and the core has its Core-UUID. Events that are played
     * later change that state as they come. Legs of other calls are forgotten; captures may be played before and after.
     *
     * @param moment one of {@link Captures#moments()}: {@code s19_gap} (back after the gap), {@code s17_kill9.after} (restarted),
     *               {@code r01_recover_same_node.before} and {@code .after}, and of r02 {@code .A.before}, {@code .A.after},
     *               {@code .A.afterbye}, {@code .B.before}, {@code .B.after}
     * @throws IllegalArgumentException when nothing was recorded of it
     */
    public void standAt(String moment) {
        CapturedStand stand = CapturedStand.of(moment);
        core.stand(stand);
        channels.stand(stand);
    }

    /** Places one call now and returns when the caller's leg exists (some 20 ms). Not to be called from a listener. */
    public PlacedCall placeCall(CallPlan plan) {
        return calls.place(plan);
    }

    /**
     * An INVITE with a wrong password: CHANNEL_HANGUP, CHANNEL_HANGUP_COMPLETE and CHANNEL_DESTROY (CALL_REJECTED) of a leg that never
     * was a call, without {@code Caller-*} headers (s24). It counts in Session-Since-Startup, stands in no ledger and makes no CDR.
     *
     * @return its uuid
     */
    public String rejectInvite() {
        return calls.rejectInvite();
    }

    /** Begins to place calls at a rate; a load that runs is replaced. */
    public void generate(CallLoad load) {
        calls.generate(load, plan -> {});
    }

    /** As {@link #generate(CallLoad)}, telling each plan before its call is placed; the listener runs on the core's thread. */
    public void generate(CallLoad load, Consumer<CallPlan> listener) {
        calls.generate(load, listener);
    }

    /** Places no more calls; those that are up go on to their end. */
    public void stopGenerating() {
        calls.stopGenerating();
    }

    /**
     * Waits until every call has ended.
     *
     * @return false when the time ran out before
     */
    public boolean awaitNoCalls(Duration time) throws InterruptedException {
        return calls.awaitNone(time);
    }

    /** Calls that are up. */
    public int liveCalls() {
        return calls.live();
    }

    /** Calls placed so far. */
    public long placedCalls() {
        return calls.placed();
    }

    /** Hangs every leg up, as {@code hupall} does with MANAGER_REQUEST; returns how many. */
    public int hangUpAll(String cause) {
        return calls.hangUpAll(cause);
    }

    /** CDRs that were answered with a 2xx so far. */
    public long postedCdrs() {
        return cdrs == null ? 0 : cdrs.posted();
    }

    /** The truth about all synthetic legs. */
    public TruthLedger ledger() {
        return ledger;
    }

    /** What can go wrong between a switch and its clients. */
    public Faults faults() {
        return faults;
    }

    /** Runs an API command as if typed at the console, and returns its reply. */
    public String api(String command) {
        return api.execute(command);
    }

    /** Fires an event as it is; {@link #newEvent} begins one. */
    public void fire(EventData event) {
        dispatcher.fire(event);
    }

    /** An event of now with the 13 headers that every event has, and more behind them. */
    public EventData newEvent(String name, List<Header> more) {
        EventData.Editor event = core.event(name, "simulated.c", "simulated", 1);
        more.forEach(event::add);
        return event.build();
    }

    /** The channel's newest event that carries its variables. */
    public EventData channel(String uuid) {
        LiveChannel channel = channels.find(uuid);
        if (channel == null) {
            throw new IllegalArgumentException("uuid: " + uuid + " (expected: a leg that is up)");
        }
        return channel.latest().get();
    }

    /** kill -9 and an immediate restart: plain EOF, no hangups, a new Core-UUID, the sequence begins anew, no channels. */
    public void crash() {
        kill();
        restart();
    }

    /** kill -9: plain EOF, no hangups, and nobody listens until {@link #restart()}. */
    public void kill() {
        calls.stopGenerating();
        server.stopListening();
        server.forEach(connection -> connection.close(CutMode.EOF));
        calls.die();
        stopReporting();
    }

    /** Starts a new core on the same port after {@link #kill()} or {@link #shutDown()}. */
    public void restart() {
        core.restart();
        heartbeat.restarted();
        server.listen();
    }

    /** Orderly end: SHUTDOWN event, all legs end with SYSTEM_SHUTDOWN, disconnect notice, EOF (s18). */
    public void shutDown() {
        calls.stopGenerating();
        server.stopListening();
        dispatcher.fire(core.event("SHUTDOWN", "switch_core.c", "switch_core_destroy", 3023)
                .set("Event-Info", "System Shutting Down")
                .build());
        calls.hangUpAll("SYSTEM_SHUTDOWN");
        try {
            calls.awaitNone(SHUTDOWN_LIMIT);
        } catch (InterruptedException e) {
            // Whoever waits for the shutdown wants it at once.
            Thread.currentThread().interrupt();
        }
        server.forEach(connection -> connection.finish(EslConnection.notice("The system is being shut down.\n")));
    }

    /** {@code sofia recover}: takes the answered calls back that were up when this switch was killed; returns how many legs. */
    public int recover() {
        return calls.recover();
    }

    /**
     * {@code sofia recover} on this node with the calls of another one, which may be dead or still alive (shared database). The legs of
     * a living one stay up there too, and end there later, on their own (r02); both ledgers have both ends, the first being the leg's.
     */
    public int recoverFrom(SimulatedFreeSwitch other) {
        return calls.recover(other.calls.recoveryTable(), other.ledger);
    }

    /** Ends all connections and threads; calls that are up are forgotten. */
    @Override
    public void close() {
        Playback playing = playback;
        if (playing != null) {
            playing.stop();
        }
        server.close();
        stopReporting();
        thread.shutdownNow();
        timers.shutdownNow();
    }

    private void stopReporting() {
        if (cdrs != null) {
            cdrs.die();
        }
    }

    private EslConnection connection(SocketChannel channel) {
        EslSession session = new EslSession(options, core, dispatcher, api, apiFaults, this::subscribed);
        EslConnection connection = new EslConnection(channel, options, dispatcher, session);
        timers.schedule(() -> Thread.ofVirtual().start(connection::authenticationTimedOut),
                options.authTimeout().toNanos(),
                TimeUnit.NANOSECONDS);
        return connection;
    }

    private void subscribed() {
        Playback playing = playback;
        if (playing != null) {
            playing.subscribed();
        }
    }

    /** A capture has heartbeats of its own. */
    private void beat() {
        Playback playing = playback;
        if (playing == null || playing.finished()) {
            heartbeat.scheduled();
        }
    }

    private static ScheduledThreadPoolExecutor executor(String name) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1,
                Thread.ofPlatform().daemon().name(name).factory());
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }
}

package io.offhook.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

import io.offhook.testkit.freeswitch.CallLoad;
import io.offhook.testkit.freeswitch.CutMode;
import io.offhook.testkit.freeswitch.LegTruth;
import io.offhook.testkit.freeswitch.SimulatedFreeSwitch;
import io.offhook.testkit.freeswitch.SwitchOptions;

/** A simulated FreeSWITCH of which it is known when nobody listened to it. */
final class Node implements AutoCloseable {

    private static final long LOOK_MILLIS = 5;
    /** Calls up at once, in seconds of load: some five times what calls of the load take. */
    private static final int MOST_SECONDS = 6;

    private final String name;
    private final SimulatedFreeSwitch freeSwitch;
    private final boolean cdrs;
    private final Waiting waiting;
    private final Gaps gaps = new Gaps();
    private final Thread watch;
    private volatile boolean judgedByListeners = true;
    private CallLoad wanted;
    private boolean places;

    Node(String name, SwitchOptions options, Waiting waiting) {
        this.name = name;
        this.freeSwitch = SimulatedFreeSwitch.start(options.withSwitchname(name));
        this.cdrs = options.cdr().isPresent();
        this.waiting = waiting;
        this.watch = Thread.ofVirtual().name("gaps-" + name).start(this::watchListeners);
    }

    String name() {
        return name;
    }

    SimulatedFreeSwitch freeSwitch() {
        return freeSwitch;
    }

    /** Whether the end of each leg is told by a CDR, too. */
    boolean hasCdrs() {
        return cdrs;
    }

    Gaps gaps() {
        return gaps;
    }

    /** What the network holds back cannot be seen at the node: from now on gaps are only those that are told. */
    void gapsAreTold() {
        judgedByListeners = false;
    }

    /**
     * Places calls from now on, but no more while very many are up: where CDRs find nobody legs do not end, and FreeSWITCH has its
     * Max-Sessions as well.
     */
    synchronized void generate(CallLoad load) {
        wanted = load;
        places = true;
        freeSwitch.generate(load);
    }

    synchronized void stopGenerating() {
        wanted = null;
        freeSwitch.stopGenerating();
    }

    /** The process is gone at once, and with it all calls, until it is restarted. */
    synchronized void kill() {
        wanted = null;
        freeSwitch.kill();
    }

    private synchronized void govern() {
        if (wanted == null) {
            return;
        }
        double most = wanted.callsPerSecond() * MOST_SECONDS;
        if (places && freeSwitch.liveCalls() > most) {
            places = false;
            freeSwitch.stopGenerating();
        } else if (!places && freeSwitch.liveCalls() < most / 2) {
            generate(wanted);
        }
    }

    /** Waits for so many calls more. */
    void awaitCalls(int more) throws InterruptedException {
        long enough = freeSwitch.placedCalls() + more;
        waiting.until(more + " more calls at " + name, () -> freeSwitch.placedCalls() >= enough);
    }

    /** Waits until so many answered legs are up. */
    void awaitAnsweredLegs(int count) throws InterruptedException {
        waiting.until(count + " answered legs at " + name,
                () -> freeSwitch.ledger().open().stream().filter(LegTruth::answered).count() >= count);
    }

    void awaitListeners(int count) throws InterruptedException {
        waiting.until(count + " listeners at " + name, () -> freeSwitch.subscribers() == count);
    }

    /** Ends all connections by a reset; nobody gets in until some time later. */
    void cut(Duration time) throws InterruptedException {
        freeSwitch.faults().refuseConnections(time);
        freeSwitch.faults().cut(CutMode.RST);
        awaitListeners(0);
    }

    private void watchListeners() {
        try {
            while (true) {
                govern();
                if (judgedByListeners && freeSwitch.subscribers() == 0) {
                    gaps.begin();
                } else if (judgedByListeners) {
                    gaps.end();
                }
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            // The scenario is over.
        }
    }

    @Override
    public void close() {
        watch.interrupt();
        try {
            watch.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted while closing " + name, e));
        }
        freeSwitch.close();
    }
}

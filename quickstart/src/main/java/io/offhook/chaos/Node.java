package io.offhook.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

import io.offhook.testkit.freeswitch.CallLoad;
import io.offhook.testkit.freeswitch.CutMode;
import io.offhook.testkit.freeswitch.SimulatedFreeSwitch;
import io.offhook.testkit.freeswitch.SwitchOptions;

/** A simulated FreeSWITCH of which it is known when nobody listened to it. */
final class Node implements AutoCloseable {

    private static final long LOOK_MILLIS = 5;

    private final String name;
    private final SimulatedFreeSwitch freeSwitch;
    private final boolean cdrs;
    private final Waiting waiting;
    private final Gaps gaps = new Gaps();
    private final Thread watch;
    private volatile boolean judgedByListeners = true;

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

    void generate(CallLoad load) {
        freeSwitch.generate(load);
    }

    /** Waits for so many calls more. */
    void awaitCalls(int more) throws InterruptedException {
        long enough = freeSwitch.placedCalls() + more;
        waiting.until(more + " more calls at " + name, () -> freeSwitch.placedCalls() >= enough);
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

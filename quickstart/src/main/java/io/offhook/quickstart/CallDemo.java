package io.offhook.quickstart;

import java.time.Duration;
import java.util.Map;

import io.offhook.testkit.freeswitch.CallKind;
import io.offhook.testkit.freeswitch.CallLoad;
import io.offhook.testkit.freeswitch.CallPlan;
import io.offhook.testkit.freeswitch.SimulatedFreeSwitch;
import io.offhook.testkit.freeswitch.SwitchOptions;

/** A simulated FreeSWITCH that places short calls of several tenants, one now and then. */
final class CallDemo implements AutoCloseable {

    private static final String NODE = "fs-sim";
    private static final String PASSWORD = "ClueCon";

    private final SimulatedFreeSwitch freeSwitch;

    /** @param port 0 for a free one */
    CallDemo(int port) {
        // Another seed each time: the uuids of an earlier start are in the topic.
        freeSwitch = SimulatedFreeSwitch.start(SwitchOptions.defaults().withPort(port).withPassword(PASSWORD)
                .withSwitchname(NODE).withSeed(System.nanoTime()));
    }

    int port() {
        return freeSwitch.port();
    }

    /** Points an ingestor here, whatever the variables say about a real FreeSWITCH's user and password. */
    Map<String, Object> ingestorProperties() {
        return Map.of("offhook.freeswitch.nodes", NODE + "=127.0.0.1:" + port(), "offhook.freeswitch.user", "",
                "offhook.freeswitch.password", PASSWORD, "offhook.freeswitch.password-file", "");
    }

    /** Places one call at once and then so many; none at all at a rate of 0. */
    void begin(double perMinute) {
        if (perMinute <= 0) {
            return;
        }
        CallLoad load = CallLoad.ofRate(perMinute / 60).withRing(Duration.ofSeconds(1), Duration.ofSeconds(3))
                .withTalk(Duration.ofSeconds(2), Duration.ofSeconds(6));
        freeSwitch.placeCall(CallPlan.of(CallKind.BRIDGED).withTenant(load.tenants().getFirst())
                .withRing(load.shortestRing()).withTalk(load.shortestTalk()));
        freeSwitch.generate(load);
    }

    /** Ends like a FreeSWITCH that is shut down: calls that are up get their hangups, so that none stays open for ever. */
    void end() {
        freeSwitch.shutDown();
    }

    @Override
    public void close() {
        freeSwitch.close();
    }
}

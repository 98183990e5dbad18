package io.offhook.testkit.freeswitch;

/** Fires HEARTBEAT and the RE_SCHEDULE behind it, as an idle core does every 20 s (s32). */
final class Heartbeat {
    private final SwitchCore core;
    private final ChannelTable channels;
    private final Dispatcher dispatcher;
    private volatile boolean held;
    private volatile long peak;
    private volatile long lastMicros;

    Heartbeat(SwitchCore core, ChannelTable channels, Dispatcher dispatcher) {
        this.core = core;
        this.channels = channels;
        this.dispatcher = dispatcher;
    }

    void held(boolean value) {
        held = value;
    }

    /**
     * What the scheduler does: it fires when the wall clock has come to the next time due, so that after a step back nothing is fired
     * until the clock is where it was (t03).
     */
    void scheduled() {
        if (core.nowMicros() >= lastMicros) {
            beat();
        }
    }

    /** A new core has a scheduler of its own. */
    void restarted() {
        lastMicros = 0;
    }

    void beat() {
        if (held) {
            return;
        }
        lastMicros = core.nowMicros();
        int sessions = channels.size();
        peak = Math.max(peak, sessions);
        dispatcher.fire(core.event("HEARTBEAT", "switch_core.c", "send_heartbeat", 95).set("Event-Info", "System Ready")
                .set("Up-Time", core.uptimeText()).set("FreeSWITCH-Version", SwitchCore.VERSION)
                .set("Uptime-msec", Long.toString(core.uptimeMicros() / 1000))
                .set("Session-Count", Integer.toString(sessions))
                .set("Max-Sessions", "2000").set("Session-Per-Sec", "500").set("Session-Per-Sec-Last", "0")
                .set("Session-Per-Sec-Max", "100").set("Session-Per-Sec-FiveMin", "0")
                .set("Session-Since-Startup", Long.toString(core.sessionsSinceStart()))
                .set("Session-Peak-Max", Long.toString(peak)).set("Session-Peak-FiveMin", Long.toString(peak))
                .set("Idle-CPU", "81.466667").build());
        dispatcher.fire(
                core.event("RE_SCHEDULE", "switch_scheduler.c", "switch_scheduler_execute", 73).set("Task-ID", "1")
                        .set("Task-Desc", "heartbeat").set("Task-Group", "core")
                        .set("Task-Runtime", Long.toString(core.nowMicros() / 1_000_000 + 20)).build());
    }
}

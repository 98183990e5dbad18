package io.offhook.testkit.freeswitch;

import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What calls act on: clients, channel table, ledger, and the core's one thread.
 */
record CallStage(SwitchCore core, Dispatcher dispatcher, ChannelTable channels, TruthLedger ledger, EventForge forge,
        ScheduledExecutorService thread, Consumer<LiveCall> ended) {

    void later(long micros, Runnable step) {
        thread.schedule(step, micros, TimeUnit.MICROSECONDS);
    }

    /** Ends legs by force: CHANNEL_HANGUP on all, then CHANNEL_HANGUP_COMPLETE and CHANNEL_DESTROY on each, last leg first. */
    void end(List<LegState> legs, String cause) {
        long now = core.nowMicros();
        List<LegState> up = legs.reversed().stream().filter(LegState::up).toList();
        for (LegState leg : up) {
            dispatcher.fire(forge.hangup(leg.latest(), now, cause));
        }
        for (LegState leg : up) {
            leg.up(false);
            channels.remove(leg.uuid());
            ledger.change(leg.uuid(), truth -> truth.ended(now, cause));
            forge.ended(leg.latest(), now, cause).forEach(dispatcher::fire);
        }
    }
}

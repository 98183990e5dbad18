package io.offhook.testkit.freeswitch;

import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * What calls act on: clients, channel table, ledger, and the core's one thread.
 *
 * @param cdrs where CDRs go, null for nowhere
 */
record CallStage(SwitchCore core, Dispatcher dispatcher, ChannelTable channels, TruthLedger ledger, EventForge forge,
        ScheduledExecutorService thread, CdrPoster cdrs, Consumer<LiveCall> ended) {

    void later(long micros, Runnable step) {
        thread.schedule(step, micros, TimeUnit.MICROSECONDS);
    }

    /**
     * Ends legs by force: CHANNEL_HANGUP on all, then CHANNEL_HANGUP_COMPLETE and CHANNEL_DESTROY on each, last leg first, each when
     * its CDR has been taken.
     *
     * @param done run after the last event
     */
    void end(List<LegState> legs, String cause, CdrReports reports, Runnable done) {
        long now = core.nowMicros();
        List<LegState> up = legs.reversed().stream().filter(LegState::up).toList();
        if (up.isEmpty()) {
            done.run();
            return;
        }
        for (LegState leg : up) {
            dispatcher.fire(forge.hangup(leg.latest(), now, cause));
        }
        AtomicInteger left = new AtomicInteger(up.size());
        for (LegState leg : up) {
            leg.up(false);
            channels.hungUp(leg.uuid());
            ledger.ended(leg.uuid(), core.uuid(), now, cause);
            EventData latest = leg.latest();
            reports.report(leg, () -> forge.complete(latest, now, cause), () -> {
                channels.remove(leg.uuid());
                forge.ended(latest, now, cause).forEach(dispatcher::fire);
                if (left.decrementAndGet() == 0) {
                    done.run();
                }
            });
        }
    }
}

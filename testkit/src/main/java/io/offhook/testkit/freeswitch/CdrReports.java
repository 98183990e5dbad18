package io.offhook.testkit.freeswitch;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/** The CDRs of one call's legs: each is sent after the one before it was, and each leg waits for its own answer alone. */
final class CdrReports {
    private final CallStage stage;
    private CompletableFuture<Void> turn = CompletableFuture.completedFuture(null);
    private boolean dropped;

    CdrReports(CallStage stage) {
        this.stage = stage;
    }

    boolean on() {
        return stage.cdrs() != null;
    }

    /**
     * Reports a leg that has hung up.
     *
     * @param end  its CHANNEL_HANGUP_COMPLETE as it would be fired now
     * @param then what waits for the report; runs on the core's thread, at once when there are no CDRs
     */
    void report(LegState leg, Supplier<EventData> end, Runnable then) {
        if (!on()) {
            then.run();
            return;
        }
        List<Supplier<EventData>> history = leg.history();
        String callUuid = stage.ledger().leg(leg.uuid()).map(LegTruth::callUuid).orElse(leg.uuid());
        CompletableFuture<Void> sent = new CompletableFuture<>();
        stage.cdrs().post(leg.uuid(), () -> new CdrJson(end.get(), history.stream().map(Supplier::get).toList(),
                callUuid, stage.cdrs().encodeValues()).bytes(), turn, sent, () -> answered(then));
        turn = sent;
    }

    /** The core has died: nothing follows any more. */
    void drop() {
        dropped = true;
    }

    private void answered(Runnable then) {
        try {
            stage.thread().execute(() -> {
                if (!dropped) {
                    then.run();
                }
            });
        } catch (RejectedExecutionException e) {
            // The switch is closed: nobody listens to what would follow.
        }
    }
}

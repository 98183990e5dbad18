package io.offhook.testkit.freeswitch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Places, generates and ends the synthetic calls of one switch. */
final class CallEngine implements CallControl {
    /** Calls are placed in small groups at this interval: a timer for each would cost more than the call. */
    private static final long GENERATOR_MILLIS = 5;

    private final CallStage stage;
    private final long seed;
    private final Set<LiveCall> calls = ConcurrentHashMap.newKeySet();
    private final AtomicLong placed = new AtomicLong();
    private List<RecoveredCall.KeptCall> recoverable = List.of();
    private ScheduledFuture<?> generator;

    CallEngine(SwitchCore core, Dispatcher dispatcher, ChannelTable channels, TruthLedger ledger,
            ScheduledExecutorService thread, CdrPoster cdrs,
            long seed) {
        this.seed = seed;
        this.stage = new CallStage(core, dispatcher, channels, ledger, new EventForge(core), thread, cdrs,
                calls::remove);
    }

    PlacedCall place(CallPlan plan) {
        SyntheticCall call = onThread(() -> begin(plan));
        call.begun().join();
        return new PlacedCall(call, stage.ledger(), stage.thread());
    }

    private SyntheticCall begin(CallPlan plan) {
        CallTemplate template = CallTemplate.all().get(plan.kind());
        SyntheticCall call = new SyntheticCall(stage, template, new CallBinding(plan, template, stage.core()));
        calls.add(call);
        placed.incrementAndGet();
        call.advance();
        return call;
    }

    /** Calls that have not ended. */
    int live() {
        return calls.size();
    }

    /** Waits until there are none; false when the time ran out before. */
    boolean awaitNone(Duration time) throws InterruptedException {
        long until = System.nanoTime() + time.toNanos();
        while (live() > 0) {
            if (System.nanoTime() > until) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return true;
    }

    long placed() {
        return placed.get();
    }

    synchronized void generate(CallLoad load, Consumer<CallPlan> announce) {
        stopGenerating();
        CallTemplate.all();
        PlanSource plans = new PlanSource(load, seed);
        long start = System.nanoTime();
        AtomicLong done = new AtomicLong();
        generator = stage.thread().scheduleAtFixedRate(() -> {
            long due = (long) ((System.nanoTime() - start) / 1e9 * load.callsPerSecond());
            while (done.get() < due) {
                done.incrementAndGet();
                CallPlan plan = plans.next();
                announce.accept(plan);
                begin(plan);
            }
        }, 0, GENERATOR_MILLIS, TimeUnit.MILLISECONDS);
    }

    synchronized void stopGenerating() {
        if (generator != null) {
            generator.cancel(false);
            generator = null;
        }
    }

    @Override
    public int hangUpAll(String cause) {
        return onThread(() -> {
            int legs = stage.channels().size();
            List.copyOf(calls).forEach(call -> call.hangUp(cause));
            return legs;
        });
    }

    @Override
    public boolean hangUp(String legUuid, String cause) {
        return onThread(() -> {
            for (LiveCall call : calls) {
                if (call.legs().stream().anyMatch(leg -> leg.up() && leg.uuid().equals(legUuid))) {
                    call.hangUp(cause);
                    return true;
                }
            }
            return false;
        });
    }

    /** The clock is set by so much; it is the core's thread that does it, so that no event is dated in between. */
    void stepClock(long micros) {
        onThread(() -> {
            stage.core().stepClock(micros);
            calls.forEach(call -> call.clockStepped(micros));
            return null;
        });
    }

    /** A leg ends and nobody is told; false when there is no such leg. */
    boolean forget(String uuid) {
        return onThread(() -> {
            boolean known = stage.channels().find(uuid) != null;
            stage.channels().remove(uuid);
            long now = stage.core().nowMicros();
            for (LiveCall call : List.copyOf(calls)) {
                call.legs().stream().filter(leg -> leg.up() && leg.uuid().equals(uuid)).findFirst().ifPresent(leg -> {
                    leg.silence();
                    stage.ledger().ended(uuid, stage.core().uuid(), now, "NORMAL_CLEARING");
                    if (call.fellSilent()) {
                        calls.remove(call);
                    }
                });
            }
            return known;
        });
    }

    String rejectInvite() {
        return onThread(() -> {
            RejectedInvite invite = new RejectedInvite(stage.core());
            invite.fire(stage.dispatcher());
            return invite.uuid();
        });
    }

    /** The core dies: every call is gone without an event, and the answered ones can be recovered. */
    void die() {
        onThread(() -> {
            recoverable = keep();
            long now = stage.core().nowMicros();
            for (LiveCall call : calls) {
                call.legs().stream().filter(LegState::up)
                        .forEach(leg -> stage.ledger().change(leg.uuid(), truth -> truth.lost(now)));
                call.drop();
            }
            calls.clear();
            stage.channels().clear();
            return null;
        });
    }

    /** What a shared recovery table holds of this switch, whether it lives or has died. */
    List<RecoveredCall.KeptCall> recoveryTable() {
        return onThread(() -> calls.isEmpty() ? recoverable : keep());
    }

    @Override
    public int recover() {
        return onThread(() -> {
            List<RecoveredCall.KeptCall> kept = recoverable;
            recoverable = List.of();
            return take(kept);
        });
    }

    int recover(List<RecoveredCall.KeptCall> kept, TruthLedger owner) {
        return onThread(() -> {
            for (RecoveredCall.KeptCall call : kept) {
                call.legs().forEach(leg -> stage.ledger().share(leg.truth().uuid(), owner));
            }
            return take(kept);
        });
    }

    private int take(List<RecoveredCall.KeptCall> kept) {
        int legs = 0;
        for (RecoveredCall.KeptCall call : kept) {
            RecoveredCall recovered = new RecoveredCall(stage, call.plan());
            calls.add(recovered);
            recovered.begin(call.legs());
            legs += call.legs().size();
        }
        stage.dispatcher().fire(stage.forge().recovered(legs));
        return legs;
    }

    /** Only answered legs are tracked (switch_core_sqldb.c:3415). */
    private List<RecoveredCall.KeptCall> keep() {
        List<RecoveredCall.KeptCall> kept = new ArrayList<>();
        for (LiveCall call : calls) {
            List<RecoveredCall.Kept> legs = new ArrayList<>();
            for (LegState leg : call.legs()) {
                stage.ledger().leg(leg.uuid()).filter(truth -> leg.up() && truth.answered())
                        .ifPresent(truth -> legs.add(new RecoveredCall.Kept(truth, leg.latest())));
            }
            if (!legs.isEmpty()) {
                kept.add(new RecoveredCall.KeptCall(call.plan(), List.copyOf(legs)));
            }
        }
        return kept;
    }

    private <T> T onThread(Supplier<T> action) {
        return CompletableFuture.supplyAsync(action, stage.thread()).join();
    }
}

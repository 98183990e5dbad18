package io.offhook.testkit.freeswitch;

import java.util.ArrayList;
import java.util.List;

/** A call that {@code sofia recover} has taken over: the answered legs of a call of a dead (or still living) core. */
final class RecoveredCall implements LiveCall {
    /** r01: the new bridge comes 100 ms after the legs. */
    private static final long BRIDGE_MICROS = 100_000;

    private final CallStage stage;
    private final CallPlan plan;
    private final List<LegState> legs = new ArrayList<>();
    private final CdrReports reports;
    private boolean ended;

    RecoveredCall(CallStage stage, CallPlan plan) {
        this.stage = stage;
        this.plan = plan;
        this.reports = new CdrReports(stage);
    }

    /** A leg as the recovery table keeps it. */
    record Kept(LegTruth truth, EventData latest) {}

    /** What is kept of one call. */
    record KeptCall(CallPlan plan, List<Kept> legs) {}

    @Override
    public CallPlan plan() {
        return plan;
    }

    @Override
    public List<LegState> legs() {
        return legs;
    }

    /** Fires the CREATEs, outbound legs first, and comes back for the bridge and for the end. */
    void begin(List<Kept> kept) {
        List<Kept> ordered = new ArrayList<>(kept.stream().filter(leg -> leg.truth.outbound()).toList());
        ordered.addAll(kept.stream().filter(leg -> !leg.truth.outbound()).toList());
        ordered.forEach(this::take);
        stage.later(BRIDGE_MICROS, this::bridge);
        if (!plan.talk().equals(CallPlan.UNTIL_TOLD)) {
            stage.later(BRIDGE_MICROS + plan.talk().toNanos() / 1000, () -> hangUp("NORMAL_CLEARING"));
        }
    }

    private void take(Kept kept) {
        long now = stage.core().nowMicros();
        EventData create = stage.forge().recoveredCreate(kept.latest, now);
        LegState leg = new LegState(kept.truth.uuid(), kept.truth.outbound());
        leg.latest(() -> create);
        leg.up(true);
        legs.add(leg);
        stage.core().newSession();
        stage.channels().put(leg.uuid(), leg::latest);
        stage.ledger().add(stage.ledger().leg(leg.uuid()).orElse(kept.truth).takenOver());
        stage.dispatcher().fire(create);
        if (leg.outbound()) {
            stage.dispatcher().fire(stage.forge().originate(create, now));
        }
    }

    private void bridge() {
        List<LegState> inbound = legs.stream().filter(leg -> !leg.outbound() && leg.up()).toList();
        List<LegState> outbound = legs.stream().filter(leg -> leg.outbound() && leg.up()).toList();
        if (!ended && !inbound.isEmpty() && !outbound.isEmpty()) {
            LegState leg = inbound.getFirst();
            long now = stage.core().nowMicros();
            LegState partner = outbound.getLast();
            EventData bridge = stage.forge().bridge(leg.latest(), partner.uuid(), now);
            leg.latest(() -> bridge);
            EventData bridged = stage.forge().bridged(partner.latest(), leg.uuid(), now);
            partner.latest(() -> bridged);
            stage.dispatcher().fire(bridge);
        }
    }

    @Override
    public void answer() {
        // Only answered legs are recovered.
    }

    @Override
    public void hangUp(String cause) {
        if (!ended) {
            ended = true;
            // They came outbound first, and so they go (r01).
            stage.end(legs.reversed(), cause, reports, () -> stage.ended().accept(this));
        }
    }

    @Override
    public boolean fellSilent() {
        ended = legs.stream().noneMatch(LegState::up);
        return ended;
    }

    @Override
    public void clockStepped(long micros) {
        // All its events are dated by the core's clock when they are fired.
    }

    @Override
    public void drop() {
        ended = true;
        reports.drop();
        legs.forEach(leg -> leg.up(false));
    }
}

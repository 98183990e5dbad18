package io.offhook.ingestor.call;

import java.time.Duration;

import io.offhook.ingestor.call.ChannelEvent.Kind;
import io.offhook.ingestor.call.LegObserver.Reason;
import io.offhook.ingestor.call.LegStateMachine.Note;
import io.offhook.ingestor.call.LegStateMachine.Parent;
import io.offhook.ingestor.call.LegStateMachine.Step;
import io.offhook.model.CallAction;

/** Carries out what follows from an input for a leg: its state, whose it is, its entry in the journal, and its events on their way. */
final class LegProgress {

    private final LegStateMachine machine = new LegStateMachine();
    private final LegTable legs;
    private final Cores cores;
    private final TenantHold tenantHold;
    private final CallEventSink sink;
    private final LegJournal journal;
    private final LegObserver observer;
    private final boolean includeLoopback;

    LegProgress(LegTable legs, Cores cores, CallEventSink sink, LegJournal journal, LegObserver observer,
            Duration tenantHold, boolean includeLoopback) {
        this.legs = legs;
        this.cores = cores;
        this.sink = sink;
        this.journal = journal;
        this.observer = observer;
        this.includeLoopback = includeLoopback;
        this.tenantHold = new TenantHold(tenantHold.toMillis(), this::publish);
    }

    /** Releases originates that have waited for their tenant long enough. */
    void releaseDue(long nowMillis) {
        tenantHold.releaseDue(nowMillis);
    }

    long nextMillis() {
        return tenantHold.nextMillis();
    }

    /** What somebody has published: it need not be published here. */
    void read(TopicEvent event, long nowMillis) {
        TrackedLeg known = legs.find(event.uuid());
        boolean wasOpen = known != null && known.isOpen();
        Step step = machine.step(known == null ? null : known.leg, event, Parent.NONE);
        TrackedLeg tracked = known == null ? legs.add(event.uuid()) : known;
        if (tracked.node == null) {
            tracked.node = event.node();
            tracked.core = cores.at(event.node());
        }
        legs.update(tracked, step.leg(), nowMillis);
        tenantHold.said(tracked, event.id());
        if (wasOpen && !tracked.isOpen()) {
            journal.ended(event.uuid());
        }
        tracked.slim();
    }

    Step step(TrackedLeg tracked, LegInput input) {
        Parent parent = input instanceof ChannelEvent event ? parent(event.parentUuid()) : Parent.NONE;
        return machine.step(tracked == null ? null : tracked.leg, input, parent);
    }

    private Parent parent(String uuid) {
        TrackedLeg parent = legs.find(uuid);
        if (uuid == null) {
            return Parent.NONE;
        }
        return parent == null || parent.leg == null
                ? new Parent(uuid, null)
                : new Parent(parent.leg.callId(), parent.leg.tenant());
    }

    void apply(TrackedLeg known, LegInput input, Step step, long nowMillis) {
        count(step.note(), input);
        if (step.leg() == null) {
            return;
        }
        TrackedLeg tracked = known == null ? legs.add(input.uuid()) : known;
        if (known == null && input instanceof ChannelEvent event) {
            noteLife(tracked, event, nowMillis);
        }
        legs.update(tracked, step.leg(), nowMillis);
        if (step.infers()) {
            observer.reconciled(reason(input));
        }
        if (tracked.leg.published() || includeLoopback) {
            tenantHold.emit(tracked, step.outputs(), nowMillis);
        }
        tracked.slim();
    }

    /** A leg belongs to the core that last spoke of it; one that two cores show at once stays where it is while that core lives. */
    void noteLife(TrackedLeg leg, ChannelEvent event, long nowMillis) {
        if (leg == null || event.kind() == Kind.CDR) {
            return;
        }
        boolean moves = event.live() && event.kind() != Kind.END || !cores.lives(leg.core);
        boolean moved = moves && leg.core != null && !leg.core.equals(event.core());
        if (moves || leg.node == null) {
            leg.node = event.node();
            leg.core = event.core();
        }
        leg.seenMillis = nowMillis;
        leg.inDoubt = false;
        if (moved) {
            journal(leg);
        }
    }

    /** The leg keeps the uuid of its originate in body, id and key; the new name only finds it. */
    void rename(ChannelEvent event) {
        TrackedLeg leg = legs.find(event.formerUuid());
        if (leg != null && legs.name(leg, event.uuid())) {
            journal(leg);
        }
    }

    private void journal(TrackedLeg leg) {
        if (leg.isOpen() && leg.leg.published()) {
            journal.write(written(leg));
        }
    }

    private static OpenLeg written(TrackedLeg tracked) {
        Leg leg = tracked.leg;
        return new OpenLeg(leg.identity(), tracked.names, tracked.node, tracked.core, leg.tenant(), leg.callId(),
                leg.callStart(), leg.answerStart(), leg.reuse(), null);
    }

    /** A DID call arrives without a tenant; the leg that it creates is often the first to name it. */
    void learnTenantOfParent(ChannelEvent event) {
        TrackedLeg parent = legs.find(event.parentUuid());
        String tenant = event.tenant();
        if (parent != null && parent.isOpen() && tenant != null && parent.leg.tenant() == null) {
            parent.leg = parent.leg.ofTenant(tenant);
            tenantHold.release(parent);
        }
    }

    private void publish(TrackedLeg tracked, LegOutput output) {
        Leg leg = tracked.leg;
        if (output.event().action() == CallAction.ORIGINATE) {
            journal.write(written(tracked));
        } else if (output.event().action() == CallAction.HANGUP) {
            journal.ending(leg.identity().uuid());
        }
        sink.publish(output.id(), output.event(), output.node(), leg.tenant(), leg.callId(), output.inferred());
        if (output.event().action() == CallAction.HANGUP) {
            tracked.slim();
        }
    }

    private void count(Note note, LegInput input) {
        if (input instanceof ChannelEvent event) {
            switch (note) {
                case REJECTED_INVITE -> observer.rejectedInvite(event);
                case ALIVE_AFTER_HANGUP -> observer.aliveAfterHangup(event.node());
                case FOUND_MIDWAY -> observer.foundMidway(event);
                case null -> {
                }
            }
        }
    }

    private static Reason reason(LegInput input) {
        return switch (input) {
            case ChannelEvent event when event.kind() == Kind.DUMP -> Reason.SNAPSHOT;
            case ChannelEvent event when event.kind() == Kind.CDR -> Reason.CDR;
            case Closing closing when closing.cause().equals(Closing.CORE_DEAD) -> Reason.CORE_DEAD;
            case Closing _ -> Reason.DENIED;
            default -> Reason.LATER_EVENT;
        };
    }
}

package io.offhook.ingestor.call;

import java.util.ArrayList;
import java.util.List;

import io.offhook.model.CallAction;
import io.offhook.model.CallEvent;
import io.offhook.model.LegIdentity;

/**
 * The life of a leg as a function: what is known of it and what FreeSWITCH says give what is known then and the events to publish.
 * A leg is published as a complete prefix (R1): whatever was missed, originate comes before answer, and both before hangup.
 */
final class LegStateMachine {

    /** What a leg inherits from the one that created it. */
    record Parent(String callId, String tenant) {
        static final Parent NONE = new Parent(null, null);
    }

    /** @param note what a metric should count, {@code null} for the usual */
    record Step(Leg leg, List<LegOutput> outputs, Note note) {
        static Step unchanged(Leg leg) {
            return new Step(leg, List.of(), null);
        }
    }

    enum Note {
        /** A rejected INVITE: an end without a caller profile of a leg that nobody knows. */
        REJECTED_INVITE,
        /** A leg that lives on after its hangup was published; the first hangup stands. */
        ALIVE_AFTER_HANGUP,
        /** A leg first seen in the middle of its life. */
        FOUND_MIDWAY
    }

    /** @param leg {@code null} for a uuid that is not known */
    Step step(Leg leg, ChannelEvent event, Parent parent) {
        if (leg == null) {
            return unknown(event, parent);
        }
        if (leg.closed()) {
            return afterHangup(leg, event, parent);
        }
        Leg known = leg.ofTenant(event.tenant()).ofTenant(parent.tenant());
        return switch (event.kind()) {
            // A CREATE of an open uuid, recovered or not, goes on with the leg: first times stand.
            case BEGIN, RENAME, OTHER -> Step.unchanged(known);
            case ANSWER ->
                known.answerStart() > 0 ? Step.unchanged(known) : answer(known, event, false, new ArrayList<>());
            case END -> end(known, event, new ArrayList<>());
        };
    }

    /** What a leg of an earlier run still owes: its originate and its answer, unless they are published. */
    List<LegOutput> unpublished(Leg leg, String node, CallAction published) {
        var outputs = new ArrayList<LegOutput>();
        if (published == null) {
            var originate = new CallEvent.Originate(leg.identity(), leg.callStart());
            outputs.add(new LegOutput(leg.id(originate.action()), originate, node, false));
        }
        if (leg.answerStart() > 0 && published != CallAction.ANSWER) {
            var answer = new CallEvent.Answer(leg.identity(), leg.answerStart());
            outputs.add(new LegOutput(leg.id(answer.action()), answer, node, false));
        }
        return outputs;
    }

    private Step unknown(ChannelEvent event, Parent parent) {
        return switch (event.kind()) {
            case BEGIN -> begin(event, parent, false);
            case ANSWER, END -> {
                if (!event.hasCallerProfile()) {
                    yield new Step(null, List.of(),
                            event.kind() == ChannelEvent.Kind.END ? Note.REJECTED_INVITE : null);
                }
                Step found = open(event, parent, true, false);
                var outputs = new ArrayList<>(found.outputs());
                Step last = event.kind() == ChannelEvent.Kind.ANSWER
                        ? answer(found.leg(), event, false, outputs)
                        : end(found.leg(), event, outputs);
                yield new Step(last.leg(), last.outputs(), Note.FOUND_MIDWAY);
            }
            case RENAME, OTHER -> Step.unchanged(null);
        };
    }

    private Step begin(ChannelEvent event, Parent parent, boolean reuse) {
        if (!event.recovered()) {
            return open(event, parent, false, reuse);
        }
        // Taken over from a core that nobody listened to: its start and answer are only known from this event.
        Step found = open(event, parent, true, reuse);
        if (event.answered() == 0) {
            return new Step(found.leg(), found.outputs(), Note.FOUND_MIDWAY);
        }
        Step answered = answer(found.leg(), event, true, new ArrayList<>(found.outputs()));
        return new Step(answered.leg(), answered.outputs(), Note.FOUND_MIDWAY);
    }

    private Step afterHangup(Leg leg, ChannelEvent event, Parent parent) {
        if (event.kind() != ChannelEvent.Kind.BEGIN) {
            return event.kind() == ChannelEvent.Kind.ANSWER
                    ? new Step(leg, List.of(), Note.ALIVE_AFTER_HANGUP)
                    : Step.unchanged(leg);
        }
        if (event.recovered()) {
            return new Step(leg, List.of(), Note.ALIVE_AFTER_HANGUP);
        }
        // The same creation time is a late copy of what is known; another one is another leg that bears the same uuid.
        return event.channelCreated() == leg.callStart() ? Step.unchanged(leg) : begin(event, parent, true);
    }

    private static Step open(ChannelEvent event, Parent parent, boolean inferred, boolean reuse) {
        // FreeSWITCH flips the caller id of calls that it placed itself; the original one is as it was at the originate.
        String callerId = inferred && event.firstCallerId() != null ? event.firstCallerId() : event.callerIdNumber();
        var identity = new LegIdentity(event.uuid(), event.calleeNumber(), callerId, event.ani(), event.direction());
        String callId = parent.callId() == null ? event.uuid() : parent.callId();
        String tenant = event.tenant() == null ? parent.tenant() : event.tenant();
        var leg = new Leg(identity, tenant, callId, start(event), 0, reuse, false, !event.loopback());
        var originate = new CallEvent.Originate(identity, leg.callStart());
        return new Step(leg, List.of(new LegOutput(leg.id(originate.action()), originate, event.node(), inferred)),
                null);
    }

    /** After a recovery the channel was created at the recovery; its caller profile is older. */
    private static long start(ChannelEvent event) {
        if (event.recovered() && event.profileCreated() > 0) {
            return event.profileCreated();
        }
        return event.hasCallerProfile() ? event.channelCreated() : event.at();
    }

    private static Step answer(Leg leg, ChannelEvent event, boolean inferred, List<LegOutput> outputs) {
        Leg answered = leg.answeredAt(event.answered() > 0 ? event.answered() : event.at());
        var answer = new CallEvent.Answer(leg.identity(), answered.answerStart());
        outputs.add(new LegOutput(leg.id(answer.action()), answer, event.node(), inferred));
        return new Step(answered, outputs, null);
    }

    private static Step end(Leg leg, ChannelEvent event, List<LegOutput> outputs) {
        Leg known = leg;
        if (leg.answerStart() == 0 && event.answered() > 0) {
            known = answer(leg, event, true, outputs).leg();
        }
        Leg closed = known.asClosed();
        long end = event.hungUp() > 0 ? event.hungUp() : event.at();
        var hangup = new CallEvent.Hangup(closed.identity(), closed.callStart(),
                closed.answerStart() == 0 ? null : closed.answerStart(), end, event.hangupCause());
        outputs.add(new LegOutput(leg.id(hangup.action()), hangup, event.node(), false));
        return new Step(closed, outputs, null);
    }
}

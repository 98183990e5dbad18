package io.offhook.ingestor.call;

import java.util.ArrayList;
import java.util.List;

import io.offhook.ingestor.call.ChannelEvent.Kind;
import io.offhook.model.CallAction;
import io.offhook.model.CallEvent;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;

/**
 * The life of a leg as a function: what is known of it and what is learnt of it give what is known then and the events to publish.
 * A leg is published as a complete prefix (R1): whatever was missed, originate comes before answer, and both before hangup. What
 * stands in the topic is never published again (R2). Whether an inferred event may go out already is not decided here.
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

        /** Whether any of the events is one that FreeSWITCH did not send. */
        boolean infers() {
            return outputs.stream().anyMatch(LegOutput::inferred);
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
    Step step(Leg leg, LegInput input, Parent parent) {
        return switch (input) {
            case ChannelEvent event when leg == null -> unknown(event, parent);
            case ChannelEvent event when leg.closed() -> afterHangup(leg, event, parent);
            case ChannelEvent event -> known(leg.ofTenant(event.tenant()).ofTenant(parent.tenant()), event);
            case TopicEvent event -> Step.unchanged(read(leg, event));
            case Closing closing -> leg == null || leg.closed() ? Step.unchanged(leg) : close(leg, closing);
            case Owed owed -> leg == null || leg.closed() ? Step.unchanged(leg) : resume(leg, owed.node());
        };
    }

    /** What a leg of an earlier run still owes: its originate and its answer, unless they are said. */
    private static Step resume(Leg leg, String node) {
        var saying = new Saying(leg, node, false);
        saying.originate();
        saying.answerIfThereWasOne(0);
        return saying.step(null);
    }

    private static Step known(Leg leg, ChannelEvent event) {
        Leg started = leg.callStart() == 0 ? leg.startedAt(start(event)) : leg;
        return switch (event.kind()) {
            // A CREATE of an open uuid goes on with the leg: first times stand. Only answered legs are recovered.
            case BEGIN -> event.recovered() ? answerIfMissed(started, event) : originateIfUnsaid(started, event);
            case RENAME, OTHER -> Step.unchanged(started);
            case DUMP -> answerIfMissed(started, event);
            case ANSWER -> {
                var saying = new Saying(started, event.node(), false);
                saying.originate();
                saying.answer(answeredAt(event));
                yield saying.step(null);
            }
            case END -> end(started, event, false, null);
            case CDR -> isOfEarlier(started, event) ? Step.unchanged(started) : end(started, event, true, null);
        };
    }

    /** A CDR waits for its leg's events, and a uuid may be borne by another leg by then. A recovered leg's CDR may begin later, never earlier. */
    private static boolean isOfEarlier(Leg leg, ChannelEvent cdr) {
        return cdr.kind() == Kind.CDR && !cdr.recovered() && cdr.channelCreated() < leg.callStart();
    }

    /** Whoever has written the leg down may have ended before it published anything. */
    private static Step originateIfUnsaid(Leg leg, ChannelEvent event) {
        var saying = new Saying(leg, event.node(), false);
        saying.originate();
        return saying.step(null);
    }

    private static Step answerIfMissed(Leg leg, ChannelEvent event) {
        var saying = new Saying(leg, event.node(), true);
        saying.originate();
        saying.answerIfThereWasOne(event.answered());
        return saying.step(null);
    }

    private static Step end(Leg leg, ChannelEvent event, boolean inferred, Note note) {
        var saying = new Saying(leg, event.node(), true);
        saying.originate();
        saying.answerIfThereWasOne(event.answered());
        saying.inferred = inferred;
        saying.hangup(event.hungUp() > 0 ? event.hungUp() : event.at(), event.hangupCause());
        return saying.step(note);
    }

    private static Step close(Leg leg, Closing closing) {
        var saying = new Saying(leg, closing.node(), true);
        saying.originate();
        saying.answerIfThereWasOne(0);
        saying.hangup(Math.max(closing.end(), Math.max(leg.callStart(), leg.answerStart())), closing.cause());
        return saying.step(null);
    }

    private static Step unknown(ChannelEvent event, Parent parent) {
        return switch (event.kind()) {
            case BEGIN -> event.recovered() ? foundMidway(event, parent, false) : begin(event, parent, false);
            case RENAME, OTHER -> Step.unchanged(null);
            case ANSWER, END, DUMP, CDR -> event.hasCallerProfile()
                    ? foundMidway(event, parent, false)
                    : new Step(null, List.of(), event.kind() == Kind.END ? Note.REJECTED_INVITE : null);
        };
    }

    private static Step begin(ChannelEvent event, Parent parent, boolean reuse) {
        var saying = new Saying(open(event, parent, false, reuse), event.node(), false);
        saying.originate();
        return saying.step(null);
    }

    /** Its start and its answer, if there was one, are only known from what is seen of it later. */
    private static Step foundMidway(ChannelEvent event, Parent parent, boolean reuse) {
        var saying = new Saying(open(event, parent, true, reuse), event.node(), true);
        saying.originate();
        return switch (event.kind()) {
            case END -> end(saying, event, false);
            case CDR -> end(saying, event, true);
            case ANSWER -> {
                saying.inferred = false;
                saying.answer(answeredAt(event));
                yield saying.step(Note.FOUND_MIDWAY);
            }
            default -> {
                saying.answerIfThereWasOne(event.answered());
                yield saying.step(Note.FOUND_MIDWAY);
            }
        };
    }

    private static Step end(Saying opened, ChannelEvent event, boolean inferred) {
        Step ended = end(opened.leg, event, inferred, Note.FOUND_MIDWAY);
        opened.outputs.addAll(ended.outputs());
        return new Step(ended.leg(), opened.outputs, Note.FOUND_MIDWAY);
    }

    private static Step afterHangup(Leg leg, ChannelEvent event, Parent parent) {
        if (event.kind() == Kind.OTHER || event.kind() == Kind.RENAME) {
            return Step.unchanged(leg);
        }
        boolean ends = event.kind() == Kind.END || event.kind() == Kind.CDR;
        if (event.recovered() || !event.hasCallerProfile()) {
            return new Step(leg, List.of(), ends ? null : Note.ALIVE_AFTER_HANGUP);
        }
        if (isOfEarlier(leg, event)) {
            return Step.unchanged(leg);
        }
        // The same creation time is a late copy of what is known; another one is another leg that bears the same uuid.
        if (leg.callStart() == 0 || event.channelCreated() == leg.callStart()) {
            boolean late = ends || event.kind() == Kind.BEGIN;
            return new Step(leg, List.of(), late ? null : Note.ALIVE_AFTER_HANGUP);
        }
        return event.kind() == Kind.BEGIN ? begin(event, parent, true) : foundMidway(event, parent, true);
    }

    /** What stands in the topic is so: it is the first, whoever published it (R4). */
    private static Leg read(Leg leg, TopicEvent read) {
        CallEvent event = read.event();
        if (leg == null || leg.closed() && !leg.id(event.action()).equals(read.id()) && isLater(leg, event)) {
            long start = event instanceof CallEvent.Answer ? 0 : startOf(event);
            boolean reuse = !read.id().equals(EventId.of(read.uuid(), event.action()));
            return new Leg(event.leg(), read.tenant(), read.callId(), start, answerOf(event), reuse, event.action(),
                    true);
        }
        if (leg.closed() || !leg.id(event.action()).equals(read.id())) {
            return leg;
        }
        Leg further = leg.answerStart() == 0 && answerOf(event) > 0 ? leg.answeredAt(answerOf(event)) : leg;
        return further.ofTenant(read.tenant()).saying(event.action());
    }

    private static boolean isLater(Leg leg, CallEvent event) {
        return event instanceof CallEvent.Originate originate && originate.callStart() > leg.callStart();
    }

    private static long startOf(CallEvent event) {
        return switch (event) {
            case CallEvent.Originate originate -> originate.callStart();
            case CallEvent.Hangup hangup -> hangup.callStart();
            case CallEvent.Answer _ -> 0;
        };
    }

    private static long answerOf(CallEvent event) {
        return switch (event) {
            case CallEvent.Answer answer -> answer.answerStart();
            case CallEvent.Hangup hangup when hangup.answerStart() != null -> hangup.answerStart();
            default -> 0;
        };
    }

    private static Leg open(ChannelEvent event, Parent parent, boolean inferred, boolean reuse) {
        // What FreeSWITCH flips (the caller id of calls that it placed) and rewrites (the number dialled) was otherwise at the originate.
        String callerId = inferred && event.firstCallerId() != null ? event.firstCallerId() : event.callerIdNumber();
        String callee = inferred && event.firstCallee() != null ? event.firstCallee() : event.calleeNumber();
        var identity = new LegIdentity(event.uuid(), callee, callerId, event.ani(), event.direction());
        String callId = parent.callId() == null ? event.uuid() : parent.callId();
        String tenant = event.tenant() == null ? parent.tenant() : event.tenant();
        return new Leg(identity, tenant, callId, start(event), 0, reuse, null, !event.loopback());
    }

    /** After a recovery the channel was created at the recovery; its caller profile is older. */
    private static long start(ChannelEvent event) {
        if (event.recovered() && event.profileCreated() > 0) {
            return event.profileCreated();
        }
        return event.hasCallerProfile() ? event.channelCreated() : event.at();
    }

    private static long answeredAt(ChannelEvent event) {
        return event.answered() > 0 ? event.answered() : event.at();
    }

    /** Says what is not said yet, in order. */
    private static final class Saying {
        private final List<LegOutput> outputs = new ArrayList<>(3);
        private final String node;
        private Leg leg;
        private boolean inferred;

        private Saying(Leg leg, String node, boolean inferred) {
            this.leg = leg;
            this.node = node;
            this.inferred = inferred;
        }

        private void originate() {
            if (!leg.hasSaid(CallAction.ORIGINATE)) {
                say(new CallEvent.Originate(leg.identity(), leg.callStart()));
            }
        }

        private void answer(long at) {
            if (!leg.hasSaid(CallAction.ANSWER)) {
                leg = leg.answerStart() > 0 ? leg : leg.answeredAt(at);
                say(new CallEvent.Answer(leg.identity(), leg.answerStart()));
            }
        }

        /** @param at 0 where what is asked knows of none */
        private void answerIfThereWasOne(long at) {
            if (at > 0 || leg.answerStart() > 0) {
                answer(at);
            }
        }

        private void hangup(long at, String cause) {
            say(new CallEvent.Hangup(leg.identity(), leg.callStart(),
                    leg.answerStart() == 0 ? null : leg.answerStart(), at, cause));
        }

        private void say(CallEvent event) {
            outputs.add(new LegOutput(leg.id(event.action()), event, node, inferred));
            leg = leg.saying(event.action());
        }

        private Step step(Note note) {
            return new Step(leg, outputs, note);
        }
    }
}

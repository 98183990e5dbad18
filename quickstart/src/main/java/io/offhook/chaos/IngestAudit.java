package io.offhook.chaos;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.offhook.chaos.EventsTopic.Published;
import io.offhook.model.CallAction;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;
import io.offhook.testkit.freeswitch.LegTruth;

/** Compares what the topic says with what happened, leg by leg. */
public final class IngestAudit {

    /** FreeSWITCH tells of an end some 40 ms after it; what it tells of other legs in between is a sign of life of the core. */
    private static final long TOLD_AFTER_MICROS = 50_000;
    /** Causes that say nothing of why: nobody could know. */
    private static final Set<String> INFERRED = Set.of("NORMAL_UNSPECIFIED", "NETWORK_OUT_OF_ORDER");
    /** The broker's clock counts milliseconds, the truth microseconds. */
    private static final long MILLISECOND = 1;

    private final boolean clockSteps;
    private final List<String> violations = new ArrayList<>();
    private int absent;
    private int inferred;
    private int ends;

    private IngestAudit(boolean clockSteps) {
        this.clockSteps = clockSteps;
    }

    /**
     * What an audit found.
     *
     * @param violations what is wrong, one line each
     * @param absent legs of which nobody could know, and nobody does
     * @param inferred events that say that FreeSWITCH did not send them
     * @param ends ends that were inferred without anything that told of them
     */
    public record Findings(List<String> violations, int absent, int inferred, int ends) {}

    /** @param clockSteps whether the nodes' clocks differ from the broker's, so that their times cannot be compared */
    static Findings of(List<Leg> legs, Map<String, List<Published>> published, boolean clockSteps) {
        var audit = new IngestAudit(clockSteps);
        var strangers = new HashSet<>(published.keySet());
        for (Leg leg : legs) {
            strangers.remove(leg.truth().uuid());
            audit.check(leg, published.getOrDefault(leg.truth().uuid(), List.of()));
        }
        strangers.forEach(uuid -> audit.violations.add(uuid + ": events of a leg that never was"));
        return new Findings(audit.violations, audit.absent, audit.inferred, audit.ends);
    }

    private void check(Leg leg, List<Published> events) {
        LegTruth truth = leg.truth();
        if (events.isEmpty() && !leg.isUp() && !leg.isTold(truth.createdMicros())) {
            absent++;
            return;
        }
        for (Published event : events) {
            if (!event.message().id().equals(EventId.of(truth.uuid(), event.message().action()))) {
                violation(leg, "strange id " + event.message().id());
            }
            checkCommon(leg, event);
        }
        Published originate = find(events, CallAction.ORIGINATE);
        Published answer = find(events, CallAction.ANSWER);
        Published hangup = find(events, CallAction.HANGUP);
        if (originate == null) {
            violation(leg, "no originate");
        } else {
            time(leg, "start", truth.createdMicros(), originate.event().atMicros());
        }
        checkAnswer(leg, answer);
        checkHangup(leg, answer, hangup);
        checkOrder(leg, events);
    }

    private static Published find(List<Published> events, CallAction action) {
        return events.stream().filter(event -> event.message().action() == action).findFirst().orElse(null);
    }

    private void checkCommon(Leg leg, Published published) {
        LegTruth truth = leg.truth();
        CallEventMessage message = published.message();
        LegIdentity identity = published.event().leg();
        String action = message.action().wireName();
        same(leg, action + ": callee", LegIdentity.given(truth.callee()), identity.calleeNumber());
        same(leg, action + ": caller id", LegIdentity.given(truth.callerId()), identity.callerIdNumber());
        same(leg, action + ": ani", LegIdentity.given(truth.ani()), identity.ani());
        same(leg, action + ": direction", truth.direction(),
                identity.direction() == null ? null : identity.direction().wireName());
        same(leg, action + ": call", truth.callUuid(), message.attributes().get(CallEventMessage.CALL_ID));
        if (truth.tenantKnown() || message.tenant().isPresent()) {
            same(leg, action + ": tenant", truth.tenant(), message.tenant().orElse(null));
        }
        if (!published.verbatim()) {
            violation(leg, action + ": not the body that belongs to it: " + new String(message.body(),
                    StandardCharsets.UTF_8));
        }
        if (message.reconciled()) {
            inferred++;
            // A CDR is there before the hangup; on a machine that is slower than the shortened hold it is also used before it.
            if (leg.isAlwaysHeard() && !leg.ended().hasCdrs()) {
                violation(leg, action + ": inferred, though the leg was heard all its life");
            }
        }
    }

    private void checkAnswer(Leg leg, Published answer) {
        LegTruth truth = leg.truth();
        if (answer != null && !truth.answered()) {
            violation(leg, "an answer, though nobody answered");
        } else if (answer != null) {
            time(leg, "answer", truth.answeredMicros(), answer.event().atMicros());
        } else if (truth.answered() && !leg.isUp() && leg.isTold(truth.answeredMicros())) {
            violation(leg, "no answer");
        }
    }

    private void checkHangup(Leg leg, Published answer, Published published) {
        if (published == null) {
            if (!leg.isUp()) {
                violation(leg, "no hangup");
            }
            return;
        }
        if (leg.isUp()) {
            violation(leg, "a hangup, though it is up");
            return;
        }
        LegTruth truth = leg.truth();
        CallEvent.Hangup hangup = (CallEvent.Hangup) published.event();
        time(leg, "hangup's start", truth.createdMicros(), hangup.callStart());
        same(leg, "hangup's answer", answer == null ? null : answer.event().atMicros(), hangup.answerStart());
        boolean exact = hangup.callEnd() == truth.hangupMicros() && truth.hangupCause().equals(hangup.hangupCause());
        if (!clockSteps && published.appendedMillis() + MILLISECOND < leg.endMicros() / 1000) {
            violation(leg, "a hangup " + (leg.endMicros() / 1000 - published.appendedMillis())
                    + " ms before it ended, cause " + hangup.hangupCause());
        } else if (!exact && leg.endIsTold()) {
            violation(leg, "ended with " + truth.hangupCause() + " at " + truth.hangupMicros() + ", the topic says "
                    + hangup.hangupCause() + " at " + hangup.callEnd()
                    + (published.message().reconciled() ? ", inferred" : ""));
        } else if (!exact) {
            ends++;
            checkInferred(leg, answer, published, hangup);
        }
    }

    private void checkInferred(Leg leg, Published answer, Published published, CallEvent.Hangup hangup) {
        if (!published.message().reconciled() || !INFERRED.contains(hangup.hangupCause())) {
            violation(leg, "its end was told by nobody, yet the topic has " + hangup.hangupCause()
                    + (published.message().reconciled() ? "" : " as if FreeSWITCH had said so"));
        }
        long last = Math.max(leg.truth().createdMicros(), answer == null ? 0 : answer.event().atMicros());
        if (hangup.callEnd() < last || hangup.callEnd() > leg.endMicros() + TOLD_AFTER_MICROS) {
            violation(leg, "its inferred end " + hangup.callEnd() + " is not between its last event " + last
                    + " and its true end " + leg.endMicros());
        }
    }

    private void checkOrder(Leg leg, List<Published> events) {
        List<CallAction> said = events.stream().map(event -> event.message().action()).toList();
        if (!said.equals(said.stream().sorted().toList())) {
            violation(leg, "out of order: " + said);
        }
    }

    private void time(Leg leg, String what, long truth, long said) {
        if (truth != said) {
            violation(leg, what + " was " + truth + ", the topic says " + said + " (" + (said - truth) + " us off)");
        }
    }

    private void same(Leg leg, String what, Object truth, Object said) {
        if (!Objects.equals(truth, said)) {
            violation(leg, what + " was " + truth + ", the topic says " + said);
        }
    }

    private void violation(Leg leg, String what) {
        LegTruth truth = leg.truth();
        violations.add(truth.uuid() + " (" + truth.kind() + " " + truth.direction() + " at " + leg.began().name()
                + "): " + what);
    }
}

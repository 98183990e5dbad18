package io.offhook.api.call;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;

/**
 * A leg of a test.
 *
 * @param reusedAt microseconds in the ids of a later leg of the uuid; {@code null} for the first
 * @param answeredAfterSec {@code null}: never
 */
public record SampleLeg(String uuid, Long reusedAt, String tenant, String callee, String caller, String ani,
        CallDirection direction, Instant start, Integer answeredAfterSec, int endedAfterSec, String cause) {

    private static final CallEventBody BODIES = new CallEventBody();

    public static SampleLeg answered(String uuid, String tenant, Instant start) {
        return new SampleLeg(uuid, null, tenant, "0035799123456", "+442035040000", "1002", CallDirection.OUTBOUND,
                start,
                5, 35, "NORMAL_CLEARING");
    }

    public static SampleLeg unanswered(String uuid, String tenant, Instant start) {
        return new SampleLeg(uuid, null, tenant, "0035799123456", "+442035040000", "1002", CallDirection.INBOUND, start,
                null, 20, "NO_ANSWER");
    }

    SampleLeg withCaller(String number) {
        return new SampleLeg(uuid, reusedAt, tenant, callee, number, ani, direction, start, answeredAfterSec,
                endedAfterSec, cause);
    }

    SampleLeg withCause(String other) {
        return new SampleLeg(uuid, reusedAt, tenant, callee, caller, ani, direction, start, answeredAfterSec,
                endedAfterSec, other);
    }

    SampleLeg withStart(Instant other) {
        return new SampleLeg(uuid, reusedAt, tenant, callee, caller, ani, direction, other, answeredAfterSec,
                endedAfterSec, cause);
    }

    SampleLeg reused() {
        return new SampleLeg(uuid, micros(start), tenant, callee, caller, ani, direction, start, answeredAfterSec,
                endedAfterSec, cause);
    }

    /** Its events in their order. */
    public List<CallEventMessage> events() {
        return answeredAfterSec == null
                ? List.of(event(CallAction.ORIGINATE), event(CallAction.HANGUP))
                : List.of(event(CallAction.ORIGINATE), event(CallAction.ANSWER), event(CallAction.HANGUP));
    }

    CallEventMessage event(CallAction action) {
        return event(action, false);
    }

    CallEventMessage event(CallAction action, boolean reconciled) {
        var identity = new LegIdentity(uuid, callee, caller, ani, direction);
        Long answer = answeredAfterSec == null ? null : (Long) micros(start.plusSeconds(answeredAfterSec));
        CallEvent event = switch (action) {
            case ORIGINATE -> new CallEvent.Originate(identity, micros(start));
            case ANSWER -> new CallEvent.Answer(identity, answer);
            case HANGUP -> new CallEvent.Hangup(identity, micros(start), answer,
                    micros(start.plusSeconds(endedAfterSec)), cause);
        };
        EventId id = reusedAt == null ? EventId.of(uuid, action) : EventId.ofReused(uuid, reusedAt, action);
        return CallEventMessage.of(id, event, "fs1", tenant, "call-of-" + uuid, reconciled, BODIES.encode(event));
    }

    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }
}

package io.offhook.ingestor.call;

import io.offhook.model.CallAction;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;

/**
 * A leg as far as it is known: identity and call frozen at its originate, times as they come.
 *
 * @param tenant {@code null} while unknown; may become known later, never changes once known
 * @param callId the root of the legs that created it, itself where none did
 * @param callStart 0 where only a later event of the leg stands in the topic
 * @param answerStart 0 while not answered
 * @param reuse the uuid was borne by another leg before
 * @param said the last of its events that is published or was read in the topic; {@code null} for none yet
 * @param published false for a leg that is tracked for its children alone
 */
record Leg(LegIdentity identity, String tenant, String callId, long callStart, long answerStart, boolean reuse,
        CallAction said, boolean published) {

    boolean closed() {
        return said == CallAction.HANGUP;
    }

    /** What is remembered of one that has ended: nothing is published of it any more, and there are many of them. */
    Leg withoutNumbers() {
        var name = new LegIdentity(identity.uuid(), null, null, null, identity.direction());
        return new Leg(name, tenant, callId, callStart, answerStart, reuse, said, published);
    }

    boolean hasSaid(CallAction action) {
        return said != null && said.legSequence() >= action.legSequence();
    }

    EventId id(CallAction action) {
        return reuse ? EventId.ofReused(identity.uuid(), callStart, action) : EventId.of(identity.uuid(), action);
    }

    Leg startedAt(long micros) {
        return new Leg(identity, tenant, callId, micros, answerStart, reuse, said, published);
    }

    Leg answeredAt(long micros) {
        return new Leg(identity, tenant, callId, callStart, micros, reuse, said, published);
    }

    /** Never goes back: what was said stays said. */
    Leg saying(CallAction action) {
        return hasSaid(action)
                ? this
                : new Leg(identity, tenant, callId, callStart, answerStart, reuse, action, published);
    }

    Leg ofTenant(String known) {
        return tenant != null || known == null
                ? this
                : new Leg(identity, known, callId, callStart, answerStart, reuse, said, published);
    }
}

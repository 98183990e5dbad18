package io.offhook.ingestor.call;

import io.offhook.model.CallAction;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;

/**
 * A leg as far as it is known: identity and call frozen at its originate, times as they come.
 *
 * @param tenant {@code null} while unknown; may become known later, never changes once known
 * @param callId the root of the legs that created it, itself where none did
 * @param answerStart 0 while not answered
 * @param reuse the uuid was borne by another leg before
 * @param closed its hangup is out
 * @param published false for a leg that is tracked for its children alone
 */
record Leg(LegIdentity identity, String tenant, String callId, long callStart, long answerStart, boolean reuse,
        boolean closed,
        boolean published) {

    EventId id(CallAction action) {
        return reuse ? EventId.ofReused(identity.uuid(), callStart, action) : EventId.of(identity.uuid(), action);
    }

    Leg answeredAt(long micros) {
        return new Leg(identity, tenant, callId, callStart, micros, reuse, closed, published);
    }

    Leg asClosed() {
        return new Leg(identity, tenant, callId, callStart, answerStart, reuse, true, published);
    }

    Leg ofTenant(String known) {
        return tenant != null || known == null
                ? this
                : new Leg(identity, known, callId, callStart, answerStart, reuse, closed, published);
    }
}

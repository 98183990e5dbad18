package io.offhook.testkit.freeswitch;

import java.util.Optional;

/**
 * What really happened to one synthetic leg. Times are microseconds since the epoch, 0 = has not happened.
 *
 * @param uuid            Unique-ID
 * @param callUuid        uuid of the call's first leg
 * @param kind            kind of the call
 * @param outbound        whether FreeSWITCH placed the leg
 * @param tenant          domain of the call's tenant
 * @param tenantKnown     whether the leg's own originate names the tenant
 * @param callee          dialled number at originate
 * @param callerId        caller id number at originate
 * @param ani             ANI at originate
 * @param createdMicros   first start of the leg
 * @param answeredMicros  answer
 * @param hangupMicros    end
 * @param hangupCause     cause of the end, empty while it has none
 * @param coreUuid        core that created it
 * @param lostMicros      when its core died under it, 0 = did not
 * @param recovered       whether another core has taken it over
 */
public record LegTruth(String uuid, String callUuid, CallKind kind, boolean outbound, String tenant,
        boolean tenantKnown,
        String callee, String callerId, String ani, long createdMicros, long answeredMicros, long hangupMicros,
        String hangupCause,
        String coreUuid, long lostMicros, boolean recovered) {

    /** The leg that placed this one; empty for the first. */
    public Optional<String> parent() {
        return uuid.equals(callUuid) ? Optional.empty() : Optional.of(callUuid);
    }

    /** {@code inbound} or {@code outbound}. */
    public String direction() {
        return outbound ? "outbound" : "inbound";
    }

    public boolean answered() {
        return answeredMicros > 0;
    }

    public boolean ended() {
        return hangupMicros > 0;
    }

    LegTruth answered(long micros) {
        return new LegTruth(uuid, callUuid, kind, outbound, tenant, tenantKnown, callee, callerId, ani, createdMicros,
                micros,
                hangupMicros, hangupCause, coreUuid, lostMicros, recovered);
    }

    LegTruth ended(long micros, String cause) {
        return new LegTruth(uuid, callUuid, kind, outbound, tenant, tenantKnown, callee, callerId, ani, createdMicros,
                answeredMicros, micros, cause, coreUuid, lostMicros, recovered);
    }

    LegTruth lost(long micros) {
        return new LegTruth(uuid, callUuid, kind, outbound, tenant, tenantKnown, callee, callerId, ani, createdMicros,
                answeredMicros, hangupMicros, hangupCause, coreUuid, micros, recovered);
    }

    LegTruth takenOver() {
        return new LegTruth(uuid, callUuid, kind, outbound, tenant, tenantKnown, callee, callerId, ani, createdMicros,
                answeredMicros, hangupMicros, hangupCause, coreUuid, lostMicros, true);
    }
}

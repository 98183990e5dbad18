package io.offhook.testkit.freeswitch;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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
 * @param hangupMicros    end, the first of {@link #ends}
 * @param hangupCause     cause of the end, empty while it has none
 * @param coreUuid        core that created it
 * @param lostMicros      when its core died under it, 0 = did not
 * @param recovered       whether another core has taken it over
 * @param ends            its ends, by time: more than one where two cores had it at once; the first is the leg's, the others are those
 *                        of zombies
 */
public record LegTruth(String uuid, String callUuid, CallKind kind, boolean outbound, String tenant,
        boolean tenantKnown,
        String callee, String callerId, String ani, long createdMicros, long answeredMicros, long hangupMicros,
        String hangupCause,
        String coreUuid, long lostMicros, boolean recovered, List<End> ends) {

    public LegTruth {
        ends = List.copyOf(ends);
    }

    /**
     * An end as one core told it, or would have.
     *
     * @param coreUuid core whose leg ended
     * @param micros   when
     * @param cause    why
     */
    public record End(String coreUuid, long micros, String cause) {}

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
                micros, hangupMicros, hangupCause, coreUuid, lostMicros, recovered, ends);
    }

    LegTruth ended(String core, long micros, String cause) {
        List<End> all = Stream.concat(ends.stream(), Stream.of(new End(core, micros, cause)))
                .sorted(Comparator.comparingLong(End::micros)).toList();
        return new LegTruth(uuid, callUuid, kind, outbound, tenant, tenantKnown, callee, callerId, ani, createdMicros,
                answeredMicros, all.getFirst().micros, all.getFirst().cause, coreUuid, lostMicros, recovered, all);
    }

    LegTruth lost(long micros) {
        return new LegTruth(uuid, callUuid, kind, outbound, tenant, tenantKnown, callee, callerId, ani, createdMicros,
                answeredMicros, hangupMicros, hangupCause, coreUuid, micros, recovered, ends);
    }

    LegTruth takenOver() {
        return new LegTruth(uuid, callUuid, kind, outbound, tenant, tenantKnown, callee, callerId, ani, createdMicros,
                answeredMicros, hangupMicros, hangupCause, coreUuid, lostMicros, true, ends);
    }
}

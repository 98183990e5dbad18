package io.offhook.testkit.freeswitch;

import java.time.Duration;
import java.util.List;

/**
 * One call to place.
 *
 * @param kind       what happens in it
 * @param tenant     domain of the tenant
 * @param caller     number of the caller
 * @param dialled    what the caller dials
 * @param extensions the three numbers that FreeSWITCH dials beside: members of the ring group, target of the transfer, extension
 *                   behind the DID
 * @param ring       how long each ringing lasts
 * @param talk       how long each conversation lasts, {@link #UNTIL_TOLD} = until {@link PlacedCall#hangUp()}
 */
public record CallPlan(CallKind kind, String tenant, String caller, String dialled, List<String> extensions,
        Duration ring,
        Duration talk) {

    /** As a ring or talk time: without end, until the call is told to go on. */
    public static final Duration UNTIL_TOLD = Duration.ofDays(365);

    public CallPlan {
        extensions = List.copyOf(extensions);
        if (extensions.size() != 3) {
            throw new IllegalArgumentException("extensions: " + extensions + " (expected: 3 numbers)");
        }
        if (ring.isNegative() || talk.isNegative()) {
            throw new IllegalArgumentException("ring, talk: " + ring + ", " + talk + " (expected: 0 or more)");
        }
    }

    /** A call within the tenant {@code acme.example} that rings 20 ms and lasts until it is told to end. */
    public static CallPlan of(CallKind kind) {
        boolean did = kind == CallKind.DID;
        return new CallPlan(kind, "acme.example", did ? "+4915112345678" : "2001", did ? "+49309876001" : "2002",
                List.of("2003", "2004", "2005"), Duration.ofMillis(20), UNTIL_TOLD);
    }

    public CallPlan withTenant(String value) {
        return new CallPlan(kind, value, caller, dialled, extensions, ring, talk);
    }

    public CallPlan withNumbers(String newCaller, String newDialled) {
        return new CallPlan(kind, tenant, newCaller, newDialled, extensions, ring, talk);
    }

    public CallPlan withRing(Duration value) {
        return new CallPlan(kind, tenant, caller, dialled, extensions, value, talk);
    }

    public CallPlan withTalk(Duration value) {
        return new CallPlan(kind, tenant, caller, dialled, extensions, ring, value);
    }
}

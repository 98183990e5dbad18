package io.offhook.testkit.freeswitch;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Calls to generate.
 *
 * @param callsPerSecond rate, fractions allowed, more than 0
 * @param tenants        domains among which calls are drawn evenly
 * @param mix            weight of each kind
 * @param shortestRing   lower bound of a ringing
 * @param longestRing    upper bound of a ringing
 * @param shortestTalk   lower bound of a conversation
 * @param longestTalk    upper bound of a conversation
 */
public record CallLoad(double callsPerSecond, List<String> tenants, Map<CallKind, Integer> mix, Duration shortestRing,
        Duration longestRing, Duration shortestTalk, Duration longestTalk) {

    public CallLoad {
        tenants = List.copyOf(tenants);
        mix = Map.copyOf(mix);
        check("callsPerSecond", callsPerSecond, callsPerSecond > 0 && callsPerSecond <= 100_000,
                "more than 0, up to 100000");
        check("tenants", tenants, !tenants.isEmpty(), "1 or more");
        check("mix", mix,
                mix.values().stream().allMatch(weight -> weight >= 0) && mix.values().stream().anyMatch(w -> w > 0),
                "weights of 0 or more, one above 0");
        check("ring", shortestRing + " to " + longestRing,
                !shortestRing.isNegative() && longestRing.compareTo(shortestRing) >= 0,
                "0 or more, shortest first");
        check("talk", shortestTalk + " to " + longestTalk,
                !shortestTalk.isNegative() && longestTalk.compareTo(shortestTalk) >= 0,
                "0 or more, shortest first");
    }

    /** A mix as offices have it, three tenants, 1 to 8 s of ringing, 2 to 60 s of talk. */
    public static CallLoad ofRate(double callsPerSecond) {
        return new CallLoad(callsPerSecond, List.of("acme.example", "globex.example", "initech.example"),
                Map.of(CallKind.BRIDGED, 50, CallKind.APP_ANSWERED, 10, CallKind.UNANSWERED, 10, CallKind.BUSY, 5,
                        CallKind.CANCELLED,
                        5, CallKind.RING_GROUP, 5, CallKind.BLIND_TRANSFER, 5, CallKind.DID, 10),
                Duration.ofSeconds(1), Duration.ofSeconds(8), Duration.ofSeconds(2), Duration.ofSeconds(60));
    }

    /** Only answered two-leg calls, for bench runs. */
    public CallLoad onlyBridged() {
        return withMix(Map.of(CallKind.BRIDGED, 1));
    }

    public CallLoad withTenants(List<String> value) {
        return new CallLoad(callsPerSecond, value, mix, shortestRing, longestRing, shortestTalk, longestTalk);
    }

    public CallLoad withMix(Map<CallKind, Integer> value) {
        return new CallLoad(callsPerSecond, tenants, value, shortestRing, longestRing, shortestTalk, longestTalk);
    }

    public CallLoad withRing(Duration shortest, Duration longest) {
        return new CallLoad(callsPerSecond, tenants, mix, shortest, longest, shortestTalk, longestTalk);
    }

    public CallLoad withTalk(Duration shortest, Duration longest) {
        return new CallLoad(callsPerSecond, tenants, mix, shortestRing, longestRing, shortest, longest);
    }

    private static void check(String name, Object value, boolean valid, String expected) {
        if (!valid) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
        }
    }
}

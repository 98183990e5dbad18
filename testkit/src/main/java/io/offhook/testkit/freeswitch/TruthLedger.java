package io.offhook.testkit.freeswitch;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * The book of all synthetic legs, written by the calls themselves and not by what was sent: a client that was away finds here what
 * it has missed. It grows by some 300 bytes a leg; long runs call {@link #forgetEnded()}.
 */
public final class TruthLedger {
    private final ConcurrentHashMap<String, LegTruth> legs = new ConcurrentHashMap<>();

    TruthLedger() {}

    /** All legs by start. */
    public List<LegTruth> legs() {
        return legs.values().stream()
                .sorted(Comparator.comparingLong(LegTruth::createdMicros).thenComparing(LegTruth::outbound))
                .toList();
    }

    /** The leg of that uuid. */
    public Optional<LegTruth> leg(String uuid) {
        return Optional.ofNullable(legs.get(uuid));
    }

    /** Legs that have begun and not ended. */
    public List<LegTruth> open() {
        return legs().stream().filter(leg -> !leg.ended()).toList();
    }

    /** Forgets the legs that have ended, and returns how many. */
    public int forgetEnded() {
        int before = legs.size();
        legs.values().removeIf(LegTruth::ended);
        return before - legs.size();
    }

    void add(LegTruth leg) {
        legs.put(leg.uuid(), leg);
    }

    void change(String uuid, UnaryOperator<LegTruth> change) {
        legs.computeIfPresent(uuid, (key, leg) -> change.apply(leg));
    }
}

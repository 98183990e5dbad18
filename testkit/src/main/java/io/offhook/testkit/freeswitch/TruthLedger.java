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

    /** Where else the leg of that uuid is. */
    private final ConcurrentHashMap<String, TruthLedger> partners = new ConcurrentHashMap<>();

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
        return takeEnded().size();
    }

    /** Forgets the legs that have ended, and returns them, those that began first at the front. */
    public List<LegTruth> takeEnded() {
        List<LegTruth> ended = legs().stream().filter(LegTruth::ended).toList();
        ended.forEach(leg -> legs.remove(leg.uuid()));
        partners.keySet().retainAll(legs.keySet());
        return ended;
    }

    void add(LegTruth leg) {
        legs.put(leg.uuid(), leg);
    }

    /** A leg that another switch has too: each is told of the ends at the other. */
    void share(String uuid, TruthLedger other) {
        if (other != this) {
            partners.put(uuid, other);
            other.partners.put(uuid, this);
            other.change(uuid, LegTruth::takenOver);
        }
    }

    /** The core's leg has ended. */
    void ended(String uuid, String core, long micros, String cause) {
        change(uuid, truth -> truth.ended(core, micros, cause));
        TruthLedger partner = partners.get(uuid);
        if (partner != null) {
            partner.change(uuid, truth -> truth.ended(core, micros, cause));
        }
    }

    void change(String uuid, UnaryOperator<LegTruth> change) {
        legs.computeIfPresent(uuid, (key, leg) -> change.apply(leg));
    }
}

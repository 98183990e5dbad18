package io.offhook.chaos;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.offhook.testkit.freeswitch.LegTruth;

/**
 * The truth about one leg, and where it could be seen.
 *
 * @param truth what happened
 * @param began the node that created it
 * @param ended the node that had it last: another one where it was recovered there
 */
record Leg(LegTruth truth, Node began, Node ended) {

    /** All legs of all nodes; one that two nodes had is one leg. */
    static List<Leg> of(Collection<Node> nodes) {
        Map<String, Leg> legs = new LinkedHashMap<>();
        for (Node node : nodes) {
            for (LegTruth truth : node.freeSwitch().ledger().legs()) {
                legs.merge(truth.uuid(), new Leg(truth, node, node),
                        (first, second) -> new Leg(first.truth, first.began, second.ended));
            }
        }
        return List.copyOf(legs.values());
    }

    /** Its core died under it, and none has taken it over. */
    boolean isLost() {
        return truth.lostMicros() > 0 && !truth.recovered() && !truth.ended();
    }

    boolean isUp() { return !truth.ended() && !isLost(); }

    /** Its end, microseconds since the epoch; the end of time while it lives. */
    long endMicros() {
        if (truth.ended()) {
            return truth.hangupMicros();
        }
        return isLost() ? truth.lostMicros() : Long.MAX_VALUE;
    }

    boolean hasCdr() {
        return truth.ended() && ended.hasCdrs();
    }

    /** Whether FreeSWITCH or a CDR told of the end, so that it must be known as it was. */
    boolean endIsTold() {
        return truth.ended() && (hasCdr() || !ended.gaps().contain(truth.hangupMicros()));
    }

    /** Whether something that came at that moment was heard then, or was seen at the leg later. */
    boolean isTold(long micros) {
        return hasCdr() || !began.gaps().containSpan(micros, endMicros());
    }

    /** Whether somebody listened as long as it lived. */
    boolean isAlwaysHeard() {
        return !isLost() && !began.gaps().touch(truth.createdMicros(), endMicros())
                && !ended.gaps().touch(truth.createdMicros(), endMicros());
    }
}

package io.offhook.ingestor.call;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.offhook.model.CallAction;

/**
 * What a node's own list of legs leaves to be asked.
 *
 * @param dump uuids of which more must be known
 * @param ask uuids that should be there and are not
 */
public record SnapshotQuestions(List<String> dump, List<String> ask) {

    static SnapshotQuestions of(String node, Collection<String> listed, LegTable legs, Cores cores, long sinceMillis,
            boolean surely) {
        var dump = new ArrayList<String>();
        for (String uuid : listed) {
            TrackedLeg leg = legs.find(uuid);
            // What was answered and stays where it was is known; an answer may have been missed, a leg may have been recovered here.
            if (leg == null || leg.isOpen() && !(leg.leg.hasSaid(CallAction.ANSWER) && cores.has(leg, node))) {
                dump.add(uuid);
            } else if (surely) {
                leg.inDoubt = false;
            }
        }
        Set<String> present = new HashSet<>(listed);
        List<String> ask = legs.open().stream()
                .filter(leg -> leg.seenMillis < sinceMillis && cores.has(leg, node)
                        && !present.contains(leg.currentName()))
                .map(TrackedLeg::currentName).toList();
        return new SnapshotQuestions(dump, ask);
    }
}

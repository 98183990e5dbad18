package io.offhook.testkit.receiver;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A ledger summed up.
 *
 * @param requests how many arrived
 * @param accepted how many different deliveries were answered 2xx
 * @param duplicates how many requests were accepted for a delivery that had been accepted before
 * @param withoutId how many requests had no webhook-id
 * @param byPath requests per path
 * @param byAnswer requests per status or misbehaviour
 * @param outOfOrder {@code path leg: action before action} for each delivery that was accepted behind a later action of
 *        its leg (originate, answer, hangup); replays have no order
 */
public record LedgerReport(long requests, long accepted, long duplicates, long withoutId, Map<String, Long> byPath,
        Map<String, Long> byAnswer, List<String> outOfOrder) {
    private static final List<String> ORDER = List.of("originate", "answer", "hangup");

    private record Delivery(String path, String id, String replay) {}

    private record PathLeg(String path, String leg) {}

    static LedgerReport of(List<Received> entries) {
        Map<String, Long> byPath = new TreeMap<>();
        Map<String, Long> byAnswer = new TreeMap<>();
        Set<Delivery> accepted = new HashSet<>();
        Map<PathLeg, String> latest = new HashMap<>();
        List<String> outOfOrder = new ArrayList<>();
        long duplicates = 0;
        long withoutId = 0;
        for (Received entry : entries) {
            byPath.merge(entry.path(), 1L, Long::sum);
            byAnswer.merge(entry.answer(), 1L, Long::sum);
            if (entry.webhookId().isEmpty()) {
                withoutId++;
            } else if (entry.accepted()) {
                if (!accepted.add(new Delivery(entry.path(), entry.webhookId(), entry.replayId()))) {
                    duplicates++;
                } else if (entry.replayId().isEmpty()) {
                    noteOrder(entry, latest, outOfOrder);
                }
            }
        }
        return new LedgerReport(entries.size(), accepted.size(), duplicates, withoutId, byPath, byAnswer,
                List.copyOf(outOfOrder));
    }

    private static void noteOrder(Received entry, Map<PathLeg, String> latest, List<String> outOfOrder) {
        int rank = ORDER.indexOf(entry.action());
        if (rank < 0) {
            return;
        }
        PathLeg leg = new PathLeg(entry.path(), entry.leg());
        String before = latest.getOrDefault(leg, entry.action());
        if (ORDER.indexOf(before) > rank) {
            outOfOrder.add(leg.path() + " " + leg.leg() + ": " + before + " before " + entry.action());
        } else {
            latest.put(leg, entry.action());
        }
    }

    @Override
    public String toString() {
        return "requests: " + requests + ", deliveries accepted: " + accepted + ", duplicates: " + duplicates
                + ", without id: " + withoutId + ", out of order: " + outOfOrder.size() + "\nby path: " + byPath
                + "\nby answer: " + byAnswer
                + (outOfOrder.isEmpty() ? "" : "\nout of order: " + String.join(", ", outOfOrder));
    }
}

package io.offhook.demo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Compares what has come with what was owed: each event of each leg, true, signed, and in order, which means that none comes before all
 * earlier ones of its leg have been accepted. A leg of which all has been accepted is reduced to its truth, and of those the latest are
 * kept, so that a repetition is known as one. All methods may be called from any thread.
 */
final class DemoLedger {

    /** Some 250 bytes each. */
    private static final int SETTLED_KEPT = 50_000;
    private static final int VIOLATIONS_KEPT = 100;

    /**
     * How things stand.
     *
     * @param legs that have ended
     * @param owed events of those legs
     * @param lost those of them that have not been accepted
     * @param duplicates requests that were accepted for an event that had been
     * @param reconciled events that FreeSWITCH did not send and Offhook inferred
     * @param violations what is wrong otherwise, one line each; the first 100
     */
    record Report(long legs, long owed, List<String> lost, long duplicates, long reconciled, List<String> violations) {

        boolean clean() {
            return lost.isEmpty() && violations.isEmpty();
        }

        @Override
        public String toString() {
            var text = new StringBuilder(String.format(Locale.ROOT,
                    "legs %d, events %d, lost %d, wrong or out of order %d, duplicates %d, inferred %d%n",
                    legs, owed, lost.size(), violations.size(), duplicates, reconciled));
            lost.stream().limit(VIOLATIONS_KEPT).forEach(id -> text.append("lost: ").append(id).append('\n'));
            violations.forEach(violation -> text.append("wrong: ").append(violation).append('\n'));
            return text.toString();
        }
    }

    private final Map<String, Truth> open = new LinkedHashMap<>();
    private final Map<String, List<Receipt>> receipts = new HashMap<>();
    private final Map<String, Truth> settled = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Truth> eldest) {
            return size() > SETTLED_KEPT;
        }
    };
    private final List<String> violations = new ArrayList<>();
    private long legs;
    private long owed;
    private long duplicates;
    private long reconciled;

    /** A leg has ended; does nothing when that is known. */
    synchronized void ended(Truth truth) {
        if (settled.containsKey(truth.uuid()) || open.put(truth.uuid(), truth) != null) {
            return;
        }
        legs++;
        owed += truth.owed().size();
        settle(truth);
    }

    synchronized void received(Receipt receipt) {
        Truth known = settled.get(receipt.leg());
        if (known != null) {
            repeated(receipt, known);
            return;
        }
        receipts.computeIfAbsent(receipt.leg(), _ -> new ArrayList<>(3)).add(receipt);
        Truth truth = open.get(receipt.leg());
        if (truth != null) {
            settle(truth);
        }
    }

    private void repeated(Receipt receipt, Truth truth) {
        if (!truth.owed().contains(receipt.eventId())) {
            violation(receipt.eventId() + " never happened");
        } else if (receipt.accepted()) {
            duplicates++;
        }
    }

    private void settle(Truth truth) {
        List<Receipt> all = receipts.getOrDefault(truth.uuid(), List.of());
        if (!acceptedOf(all).containsAll(truth.owed())) {
            return;
        }
        open.remove(truth.uuid());
        receipts.remove(truth.uuid());
        settled.put(truth.uuid(), truth);
        check(truth, all);
    }

    private void check(Truth truth, List<Receipt> all) {
        List<String> ids = truth.owed();
        Set<String> seen = new HashSet<>();
        Set<String> accepted = new HashSet<>();
        for (Receipt receipt : all) {
            int place = ids.indexOf(receipt.eventId());
            if (place < 0) {
                violation(receipt.eventId() + " never happened");
                continue;
            }
            if (seen.add(receipt.eventId()) && !accepted.containsAll(ids.subList(0, place))) {
                violation(receipt.eventId() + " came before an earlier event of its leg was accepted");
            }
            if (!receipt.verified()) {
                violation(receipt.eventId() + " has a wrong signature");
            }
            if (!receipt.reconciled() && !receipt.told().equals(truth.told(receipt.eventId()))) {
                violation(receipt.eventId() + " says " + receipt.told() + ", true is "
                        + truth.told(receipt.eventId()));
            }
            if (receipt.accepted() && !accepted.add(receipt.eventId())) {
                duplicates++;
            } else if (receipt.accepted() && receipt.reconciled()) {
                reconciled++;
            }
        }
    }

    private static Set<String> acceptedOf(List<Receipt> all) {
        Set<String> ids = new HashSet<>();
        all.stream().filter(Receipt::accepted).map(Receipt::eventId).forEach(ids::add);
        return ids;
    }

    private void violation(String what) {
        if (violations.size() < VIOLATIONS_KEPT) {
            violations.add(what);
        }
    }

    /** Whether each leg that has ended has all its events. */
    synchronized boolean isSettled() {
        return open.isEmpty();
    }

    /** @param over no leg is up, so that each webhook has to be of one that has ended */
    synchronized Report report(boolean over) {
        List<String> lost = new ArrayList<>();
        for (Truth truth : open.values()) {
            Set<String> accepted = acceptedOf(receipts.getOrDefault(truth.uuid(), List.of()));
            truth.owed().stream().filter(id -> !accepted.contains(id)).forEach(lost::add);
        }
        List<String> wrong = new ArrayList<>(violations);
        if (over) {
            receipts.keySet().stream().filter(leg -> !open.containsKey(leg)).limit(VIOLATIONS_KEPT)
                    .forEach(leg -> wrong.add("webhooks of a leg that never was: " + leg));
        }
        return new Report(legs, owed, lost, duplicates, reconciled, wrong);
    }

    synchronized DemoLedgerFile.Content content() {
        return new DemoLedgerFile.Content(new DemoLedgerFile.Counts(legs, owed, duplicates, reconciled),
                List.copyOf(open.values()), List.copyOf(settled.values()),
                receipts.values().stream().flatMap(List::stream).toList(), List.copyOf(violations));
    }

    /** Goes on from what an earlier run has kept. */
    static DemoLedger of(DemoLedgerFile.Content content) {
        var ledger = new DemoLedger();
        ledger.legs = content.counts().legs();
        ledger.owed = content.counts().owed();
        ledger.duplicates = content.counts().duplicates();
        ledger.reconciled = content.counts().reconciled();
        content.open().forEach(truth -> ledger.open.put(truth.uuid(), truth));
        content.settled().forEach(truth -> ledger.settled.put(truth.uuid(), truth));
        content.receipts().forEach(
                receipt -> ledger.receipts.computeIfAbsent(receipt.leg(), _ -> new ArrayList<>(3)).add(receipt));
        ledger.violations.addAll(content.violations());
        return ledger;
    }
}

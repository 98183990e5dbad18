package io.offhook.chaos;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

import io.offhook.chaos.EventsTopic.Published;
import io.offhook.model.CallEventMessage;
import io.offhook.model.Endpoint;

/**
 * Compares what every endpoint has received with what the topic owes it: the first occurrence of each event that it subscribes to, in
 * the bytes of the topic, and of one leg in order. In order means that no event arrives, be it for the first time and whatever is
 * answered, before all earlier ones of its leg have been accepted; no receiver of a scenario refuses a message for its own sake, which
 * alone would let a later one pass.
 */
final class DeliveryAudit {

    private static final int SHOWN_LOST = 3;

    /**
     * One request, in as few bytes as there may be a hundred thousand of them.
     *
     * @param accepted answered 2xx, or about to be
     * @param verified its signature is right
     * @param bodyHash of {@link Arrays#hashCode(byte[])}
     */
    record Receipt(String eventId, long arrivedMillis, boolean accepted, boolean verified, int bodyHash) {}

    /**
     * What an endpoint has received.
     *
     * @param receipts in order of arrival
     * @param disturbed something was wrong with it for a time
     */
    record Account(String name, Endpoint endpoint, List<Receipt> receipts, boolean disturbed) {}

    /** @param before ids of the leg's earlier events that the endpoint subscribes to */
    private record Owed(Published event, List<String> before) {}

    /**
     * What an audit found.
     *
     * @param owed deliveries that there had to be
     * @param lost those that there were not
     * @param duplicates deliveries that were accepted once more
     * @param delays to receivers that had nothing wrong with them, shortest first
     */
    record Findings(List<String> violations, int owed, int lost, int duplicates, List<Delay> delays) {

        /** @param share 0.5 for the median; 0 where nothing was delivered */
        long delayMillis(double share) {
            return Delay.ofShare(delays, share);
        }
    }

    /**
     * Of an event on its way to a receiver.
     *
     * @param appendedMillis when the broker took it, milliseconds since the epoch
     * @param millis from then until it arrived
     */
    record Delay(long appendedMillis, long millis) {

        /**
         * @param sorted shortest first
         * @param share 0.5 for the median; 0 where there are none
         */
        static long ofShare(List<Delay> sorted, double share) {
            return sorted.isEmpty() ? 0 : sorted.get((int) (share * (sorted.size() - 1))).millis();
        }
    }

    private final List<String> violations = new ArrayList<>();
    private final List<Delay> delays = new ArrayList<>();
    private int owed;
    private int lost;
    private int duplicates;

    private DeliveryAudit() {}

    /** @param published first occurrences, by leg, in the order of the topic */
    static Findings of(Collection<Account> accounts, Map<String, List<Published>> published) {
        var audit = new DeliveryAudit();
        accounts.forEach(account -> audit.check(account, owedTo(account.endpoint(), published)));
        return new Findings(audit.violations, audit.owed, audit.lost, audit.duplicates,
                audit.delays.stream().sorted(Comparator.comparingLong(Delay::millis)).toList());
    }

    /** Ids of the events that the endpoint has to receive. */
    static Collection<String> idsOwedTo(Endpoint endpoint, Map<String, List<Published>> published) {
        return owedTo(endpoint, published).keySet();
    }

    private static Map<String, Owed> owedTo(Endpoint endpoint, Map<String, List<Published>> published) {
        var all = new HashMap<String, Owed>();
        for (List<Published> leg : published.values()) {
            var before = new ArrayList<String>(leg.size());
            for (Published event : leg) {
                CallEventMessage message = event.message();
                if (endpoint.matches(message, event.event().leg().direction())) {
                    all.put(message.id().value(), new Owed(event, List.copyOf(before)));
                    before.add(message.id().value());
                }
            }
        }
        return all;
    }

    private void check(Account account, Map<String, Owed> owedToIt) {
        var seen = new HashSet<String>();
        var accepted = new HashSet<String>();
        for (Receipt receipt : account.receipts()) {
            Owed due = owedToIt.get(receipt.eventId());
            if (due == null) {
                violation(account, "received " + receipt.eventId() + ", which it is not owed");
                continue;
            }
            checkContent(account, receipt, due);
            if (seen.add(receipt.eventId())) {
                due.before().stream().filter(earlier -> !accepted.contains(earlier)).forEach(earlier -> violation(
                        account, "received " + receipt.eventId() + " before it accepted " + earlier));
            }
            if (receipt.accepted() && !accepted.add(receipt.eventId())) {
                duplicates++;
            } else if (receipt.accepted() && !account.disturbed()) {
                // The broker's clock is that of this machine; both count milliseconds.
                long appended = due.event().appendedMillis();
                delays.add(new Delay(appended, Math.max(0, receipt.arrivedMillis() - appended)));
            }
        }
        checkComplete(account, owedToIt, accepted);
    }

    private void checkContent(Account account, Receipt receipt, Owed due) {
        if (receipt.bodyHash() != Arrays.hashCode(due.event().message().body())) {
            violation(account, "received " + receipt.eventId() + " with other bytes than the topic's");
        }
        if (!receipt.verified()) {
            violation(account, "received " + receipt.eventId() + " with a wrong signature");
        }
    }

    private void checkComplete(Account account, Map<String, Owed> owedToIt, Collection<String> accepted) {
        List<String> missing = owedToIt.keySet().stream().filter(id -> !accepted.contains(id)).toList();
        owed += owedToIt.size();
        lost += missing.size();
        if (!missing.isEmpty()) {
            violation(account, "lacks " + missing.size() + " of " + owedToIt.size() + " events, such as "
                    + missing.stream().limit(SHOWN_LOST).toList());
        }
    }

    private void violation(Account account, String what) {
        violations.add("endpoint " + account.name() + ": " + what);
    }
}

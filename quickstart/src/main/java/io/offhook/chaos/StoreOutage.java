package io.offhook.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.offhook.chaos.DeliveryAudit.Delay;

/**
 * Whether healthy endpoints noticed that a store was away. All times are milliseconds since the epoch.
 *
 * @param before when nothing was wrong, just before
 * @param away when the store was, and events were due long enough before it came back
 * @param handOver the part of it in which partitions changed hands: there nobody has to be quick
 * @param backMillis when it came back
 */
record StoreOutage(String store, Span before, Span away, Span handOver, long backMillis) {

    /**
     * Whoever asks the store for each delivery waits for seconds. Beside a fault that starts processes a median of some milliseconds
     * may well be a few times another one.
     */
    private static final int TIMES = 5;
    private static final long BESIDES_MILLIS = 250;

    /** @param untilMillis not part of it */
    record Span(long fromMillis, long untilMillis) {

        boolean contains(Delay delay) {
            return delay.appendedMillis() >= fromMillis && delay.appendedMillis() < untilMillis;
        }
    }

    private List<Delay> whileAway(List<Delay> delays) {
        return delays.stream().filter(away::contains).toList();
    }

    private long medianBefore(List<Delay> delays) {
        return Delay.ofShare(delays.stream().filter(before::contains).toList(), 0.5);
    }

    private long medianAway(List<Delay> delays) {
        return Delay.ofShare(whileAway(delays).stream().filter(delay -> !handOver.contains(delay)).toList(), 0.5);
    }

    /** @param delays to endpoints that had nothing wrong with them */
    List<String> violations(List<Delay> delays) {
        var violations = new ArrayList<String>();
        List<Delay> due = whileAway(delays);
        long late = due.stream().filter(delay -> delay.appendedMillis() + delay.millis() >= backMillis).count();
        if (due.isEmpty()) {
            violations.add("nothing was delivered of what came while " + store + " was away");
        } else if (late > 0) {
            violations.add(late + " of " + due.size() + " deliveries to healthy endpoints waited for " + store);
        }
        if (medianAway(delays) > TIMES * medianBefore(delays) + BESIDES_MILLIS) {
            violations.add(String.format(Locale.ROOT,
                    "healthy endpoints were slow while %s was away: p50 %d ms, more than %d times the %d ms before and %d ms",
                    store, medianAway(delays), TIMES, medianBefore(delays), BESIDES_MILLIS));
        }
        return violations;
    }

    /** What there was to compare, in words. */
    String counts(List<Delay> delays) {
        return String.format(Locale.ROOT,
                "while %s was away for %d s %d deliveries to healthy endpoints before it was back, p50 %d ms (before %d ms)",
                store, (backMillis - away.fromMillis()) / 1000, whileAway(delays).stream()
                        .filter(delay -> delay.appendedMillis() + delay.millis() < backMillis).count(),
                medianAway(delays), medianBefore(delays));
    }
}

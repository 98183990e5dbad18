package io.offhook.bench.backlog;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Rounds of claims by upper bound of their duration, as the dispatcher tells them.
 *
 * @param counts cumulated, by bound in seconds
 */
record ClaimTimes(NavigableMap<Double, Double> counts) {

    private static final String METRIC = "offhook_dispatcher_claim_seconds_bucket";

    static ClaimTimes of(String page) {
        var counts = new TreeMap<Double, Double>();
        page.lines().filter(line -> line.startsWith(METRIC)).forEach(line -> {
            int begin = line.indexOf("le=\"") + 4;
            String bound = line.substring(begin, line.indexOf('"', begin));
            counts.put(bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound),
                    Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)));
        });
        return new ClaimTimes(counts);
    }

    ClaimTimes since(ClaimTimes before) {
        var added = new TreeMap<Double, Double>();
        counts.forEach((bound, count) -> added.put(bound, count - before.counts.getOrDefault(bound, 0.0)));
        return new ClaimTimes(added);
    }

    long count() {
        return counts.isEmpty() ? 0 : counts.lastEntry().getValue().longValue();
    }

    /** In milliseconds; a bucket, whose bounds lie up to a third apart, is divided evenly. */
    double percentileMillis(double percent) {
        double wanted = count() * percent / 100;
        double below = 0;
        double from = 0;
        for (Map.Entry<Double, Double> bucket : counts.entrySet()) {
            if (bucket.getValue() >= wanted && bucket.getValue() > below) {
                double to = Double.isInfinite(bucket.getKey()) ? from : bucket.getKey();
                return (from + (to - from) * (wanted - below) / (bucket.getValue() - below)) * 1000;
            }
            below = bucket.getValue();
            from = bucket.getKey();
        }
        return Double.NaN;
    }
}

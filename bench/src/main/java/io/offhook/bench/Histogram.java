package io.offhook.bench.ingestor;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Cumulated counts by upper bound, as Prometheus tells a timer.
 *
 * @param counts by bound in seconds
 */
record Histogram(NavigableMap<Double, Double> counts) {

    /** The buckets of one metric in a page of text. */
    static Histogram of(String page, String metric) {
        var counts = new TreeMap<Double, Double>();
        String begin = metric + "_bucket{le=\"";
        page.lines().filter(line -> line.startsWith(begin)).forEach(line -> {
            String bound = line.substring(begin.length(), line.indexOf('"', begin.length()));
            counts.put(bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound),
                    Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)));
        });
        return new Histogram(counts);
    }

    /** What was added since. */
    Histogram since(Histogram before) {
        var added = new TreeMap<Double, Double>();
        counts.forEach((bound, count) -> added.put(bound, count - before.counts.getOrDefault(bound, 0.0)));
        return new Histogram(added);
    }

    /** The upper bound, in milliseconds, of the bucket in which the percentile lies; NaN without any. */
    double percentileMillis(double percent) {
        if (counts.isEmpty()) {
            return Double.NaN;
        }
        double wanted = counts.lastEntry().getValue() * percent / 100;
        return counts.entrySet().stream().filter(bucket -> bucket.getValue() >= wanted).map(Map.Entry::getKey)
                .findFirst().orElse(Double.NaN) * 1000;
    }
}

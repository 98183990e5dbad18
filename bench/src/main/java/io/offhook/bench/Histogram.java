package io.offhook.bench;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Cumulated counts by upper bound, as Prometheus tells a timer.
 *
 * @param counts by bound in seconds
 */
public record Histogram(NavigableMap<Double, Double> counts) {

    /** The buckets of one metric in a page of text. */
    public static Histogram of(String page, String metric) {
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
    public Histogram since(Histogram before) {
        var added = new TreeMap<Double, Double>();
        counts.forEach((bound, count) -> added.put(bound, count - before.counts.getOrDefault(bound, 0.0)));
        return new Histogram(added);
    }

    public long count() {
        return counts.isEmpty() ? 0 : counts.lastEntry().getValue().longValue();
    }

    /** In milliseconds, as if what is in a bucket, whose bounds lie up to a third apart, were spread evenly; NaN without any. */
    public double estimatedMillis(double percent) {
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

    /** The upper bound, in milliseconds, of the bucket in which the percentile lies; NaN without any. */
    public double percentileMillis(double percent) {
        if (counts.isEmpty()) {
            return Double.NaN;
        }
        double wanted = counts.lastEntry().getValue() * percent / 100;
        return counts.entrySet().stream().filter(bucket -> bucket.getValue() >= wanted).map(Map.Entry::getKey)
                .findFirst().orElse(Double.NaN) * 1000;
    }
}

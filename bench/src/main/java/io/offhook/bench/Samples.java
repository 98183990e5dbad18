package io.offhook.bench;

import java.util.Arrays;
import java.util.Locale;

/** Numbers of one kind, sorted. */
public final class Samples {

    private final double[] sorted;

    public Samples(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no samples");
        }
        sorted = values.clone();
        Arrays.sort(sorted);
    }

    public int count() {
        return sorted.length;
    }

    public double min() {
        return sorted[0];
    }

    public double max() {
        return sorted[sorted.length - 1];
    }

    public double median() {
        return percentile(50);
    }

    /** The smallest sample that is not below {@code percent} of all (nearest rank). */
    public double percentile(double percent) {
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return sorted[Math.clamp(rank - 1, 0, sorted.length - 1)];
    }

    /** The median with the range, such as {@code 2.1 (2.0 to 2.4)}; one alone has none. */
    public String spread(String format) {
        if (sorted.length == 1) {
            return String.format(Locale.ROOT, format, median());
        }
        return String.format(Locale.ROOT, format + " (" + format + " to " + format + ")", median(), min(), max());
    }
}

package io.offhook.db;

/**
 * Counts by duration in buckets that grow by 19 % each (2^(1/4)), four to an octave: they can be added up over any steps and endpoints,
 * and a percentile read from them is at most 19 % off. 60 s, as long as an attempt may take, lie in bucket 64.
 */
public final class LatencyBuckets {

    private static final int PER_OCTAVE = 4;
    /** 2^(70/4) ms are 185 s; what takes longer counts as that long. */
    private static final int LAST = 70;

    private final long[] counts = new long[LAST + 1];
    private int used;

    public void add(long millis) {
        add(bucketOf(millis), 1);
    }

    /** @param others as {@link #toArray()} gives them, {@code null} for none */
    public void add(Long[] others) {
        for (int bucket = 0; others != null && bucket < others.length; bucket++) {
            add(Math.min(bucket, LAST), others[bucket]);
        }
    }

    private void add(int bucket, long more) {
        counts[bucket] += more;
        used = Math.max(used, bucket + 1);
    }

    /** Without the zeros at the end. */
    public Long[] toArray() {
        var array = new Long[used];
        for (int i = 0; i < used; i++) {
            array[i] = counts[i];
        }
        return array;
    }

    /**
     * In milliseconds, as if what is in a bucket were spread evenly.
     *
     * @param percent above 0, up to 100
     * @return {@code null} when there is nothing
     */
    public Double percentile(double percent) {
        long all = 0;
        for (long count : counts) {
            all += count;
        }
        double wanted = all * percent / 100;
        double below = 0;
        for (int bucket = 0; bucket < used; bucket++) {
            if (counts[bucket] > 0 && below + counts[bucket] >= wanted) {
                double from = lowerBound(bucket);
                return from + (lowerBound(bucket + 1) - from) * (wanted - below) / counts[bucket];
            }
            below += counts[bucket];
        }
        return null;
    }

    static int bucketOf(long millis) {
        if (millis < 1) {
            return 0;
        }
        // A whole power of two may come out a hair below its logarithm.
        return (int) Math.min(LAST, 1 + Math.floor(PER_OCTAVE * Math.log(millis) / Math.log(2) + 1e-9));
    }

    /** The duration in milliseconds from which on a bucket counts. */
    static double lowerBound(int bucket) {
        return bucket == 0 ? 0 : Math.pow(2, (bucket - 1) / (double) PER_OCTAVE);
    }
}

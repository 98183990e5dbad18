package io.offhook.db;

import java.util.Arrays;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class LatencyBucketsTest {

    @Test
    void eachDurationLiesWithinTheBoundsOfItsBucket() {
        for (long millis = 0; millis <= 100_000; millis++) {
            int bucket = LatencyBuckets.bucketOf(millis);
            assertThat((double) millis).isGreaterThanOrEqualTo(LatencyBuckets.lowerBound(bucket) - 1e-6)
                    .isLessThan(LatencyBuckets.lowerBound(bucket + 1));
        }
        assertThat(LatencyBuckets.bucketOf(Long.MAX_VALUE)).isEqualTo(70);
    }

    @Test
    void aPercentileIsAtMost19PercentOff() {
        var random = new Random(5);
        var buckets = new LatencyBuckets();
        long[] all = new long[20_000];
        for (int i = 0; i < all.length; i++) {
            all[i] = Math.round(Math.exp(3 + random.nextGaussian()));
            buckets.add(all[i]);
        }
        Arrays.sort(all);
        for (double percent : new double[]{1, 50, 95, 99, 100}) {
            double exact = all[(int) Math.ceil(percent / 100 * all.length) - 1];
            assertThat(buckets.percentile(percent)).as(percent + " %").isCloseTo(exact, within(exact * 0.19 + 1));
        }
        assertThat(new LatencyBuckets().percentile(50)).isNull();
    }

    @Test
    void sumsAreThoseOfTheParts() {
        var one = new LatencyBuckets();
        var other = new LatencyBuckets();
        var both = new LatencyBuckets();
        for (int i = 0; i < 1000; i++) {
            (i % 3 == 0 ? one : other).add(7L * i);
            both.add(7L * i);
        }
        var sum = new LatencyBuckets();
        sum.add(one.toArray());
        sum.add(other.toArray());
        assertThat(sum.toArray()).isEqualTo(both.toArray()).hasSizeLessThan(71);
    }
}

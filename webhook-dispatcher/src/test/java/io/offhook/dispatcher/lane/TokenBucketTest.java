package io.offhook.dispatcher.lane;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TokenBucketTest {

    /** Near the end of the range, since nanoTime may begin anywhere. */
    private static final long START = Long.MAX_VALUE - Duration.ofSeconds(2).toNanos();
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    @Test
    void givesTheTokensOfOneSecondAndThenTheyComeEvenly() {
        var bucket = new TokenBucket(5, START);
        assertThat(takeAll(bucket, START)).isEqualTo(5);
        assertThat(bucket.nanosToNext(START)).isEqualTo(SECOND / 5);
        assertThat(bucket.take(START + SECOND / 5 - 1000)).isFalse();
        assertThat(bucket.take(START + SECOND / 5 + 1)).isTrue();
        assertThat(bucket.take(START + SECOND / 5 + 1)).isFalse();
    }

    @Test
    void savesUpNoMoreThanOneSecond() {
        var bucket = new TokenBucket(3, START);
        takeAll(bucket, START);
        assertThat(takeAll(bucket, START + 60 * SECOND)).as("also when nanoTime overflows meanwhile").isEqualTo(3);
    }

    @Test
    void anySecondHoldsAtMostTheRateAndWhatWasSavedUp() {
        var bucket = new TokenBucket(10, 0);
        int taken = 0;
        for (long now = 0; now <= 10 * SECOND; now += SECOND / 1000) {
            if (bucket.take(now)) {
                taken++;
            }
        }
        assertThat(taken).isBetween(109, 111);
    }

    @Test
    void aRateBelowOneStillGivesWholeTokens() {
        var bucket = new TokenBucket(0.5, 0);
        assertThat(takeAll(bucket, 0)).isEqualTo(1);
        assertThat(bucket.nanosToNext(0)).isEqualTo(2 * SECOND);
        assertThat(bucket.take(2 * SECOND)).isTrue();
    }

    @Test
    void aNewRateCountsAtOnceAndGivesNothingForNothing() {
        var bucket = new TokenBucket(100, 0);
        bucket.setRate(2, 0);
        assertThat(takeAll(bucket, 0)).isEqualTo(2);
        bucket.setRate(100, 0);
        assertThat(takeAll(bucket, 0)).isZero();
        assertThat(takeAll(bucket, SECOND / 10)).isEqualTo(10);
    }

    @Test
    void timeThatStepsBackTakesNothingAway() {
        var bucket = new TokenBucket(1, SECOND);
        assertThat(bucket.take(0)).isTrue();
        assertThat(bucket.take(0)).isFalse();
    }

    private static int takeAll(TokenBucket bucket, long now) {
        int taken = 0;
        while (bucket.take(now)) {
            taken++;
        }
        return taken;
    }
}

package io.offhook.dispatcher.live;

import java.util.concurrent.TimeUnit;

import io.offhook.dispatcher.lane.Backlog;
import org.junit.jupiter.api.Test;

import static io.offhook.dispatcher.lane.Backlog.LITTLE;
import static io.offhook.dispatcher.lane.Backlog.OF_FEW;
import static io.offhook.dispatcher.lane.Backlog.OF_MANY;
import static org.assertj.core.api.Assertions.assertThat;

class ReadPaceTest {

    private static final long START = Long.MAX_VALUE - 5;

    private final ReadPace pace = new ReadPace(5_000, START);

    @Test
    void theFirstReadDoesNotWaitForFew() {
        assertThat(pace.mayWait(OF_FEW, START)).isFalse();
    }

    @Test
    void whatWasReadIsWorthItsTimeAtTheLeastRateAndNoMoreWhereFewAreBehind() {
        pace.onRead(500, START);

        assertThat(pace.mayWait(OF_FEW, at(99))).isTrue();
        assertThat(pace.mayWait(OF_FEW, at(100))).isFalse();
    }

    @Test
    void withLittleInTheLanesNothingWaits() {
        pace.onRead(500, START);

        assertThat(pace.mayWait(LITTLE, START)).isFalse();
    }

    @Test
    void nothingReadIsNothingToWaitForWhereFewAreBehind() {
        pace.onRead(500, START);
        pace.onRead(0, START + 1);

        assertThat(pace.mayWait(OF_FEW, START + 1)).isFalse();
    }

    @Test
    void whereManyAreBehindReadingRestsForThirtySecondsInAll() {
        assertThat(rest(0, 20_000)).isTrue();
        pace.onRead(50, at(20_000));
        assertThat(rest(20_010, 29_000)).isTrue();
        assertThat(rest(29_000, 32_000)).as("after 30 s of rest").isFalse();
    }

    @Test
    void aTenthOfTheTimeSinceIsRestAgain() {
        rest(0, 31_000);
        for (int ms = 31_000; ms <= 51_000; ms += 10) {
            assertThat(pace.mayWait(LITTLE, at(ms))).isFalse();
        }

        assertThat(rest(51_000, 52_900)).isTrue();
        assertThat(rest(52_900, 53_200)).isFalse();
    }

    /** @return whether it might rest each time it was asked */
    private boolean rest(int fromMillis, int toMillis) {
        boolean all = true;
        for (int ms = fromMillis; ms <= toMillis; ms += 10) {
            all &= pace.mayWait(Backlog.OF_MANY, at(ms));
        }
        return all;
    }

    private static long at(int millis) {
        return START + TimeUnit.MILLISECONDS.toNanos(millis);
    }
}

package io.offhook.dispatcher.live;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ReadPaceTest {

    private static final long START = Long.MAX_VALUE - 5;

    private final ReadPace pace = new ReadPace(5_000, START);

    @Test
    void theFirstReadDoesNotWait() {
        assertThat(pace.mayWait(START)).isFalse();
    }

    @Test
    void whatWasReadIsWorthItsTimeAtTheLeastRateAndNoMore() {
        pace.onRead(500, START);

        assertThat(pace.mayWait(START + TimeUnit.MILLISECONDS.toNanos(99))).isTrue();
        assertThat(pace.mayWait(START + TimeUnit.MILLISECONDS.toNanos(100))).isFalse();
    }

    @Test
    void nothingReadIsNothingToWaitFor() {
        pace.onRead(500, START);
        pace.onRead(0, START + 1);

        assertThat(pace.mayWait(START + 1)).isFalse();
    }
}

package io.offhook.dispatcher.lane;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LaneSpeedTest {

    private static final long SECOND = 1_000_000_000;

    private final LaneSpeed speed = new LaneSpeed(0);

    @Test
    void countsTheLastWholeSecondUntilThePresentOneHasMore() {
        deliver(10, SECOND / 2);
        assertThat(speed.perSecond(SECOND / 2)).isEqualTo(10);
        assertThat(speed.perSecond(SECOND)).isEqualTo(10);
        deliver(30, SECOND + SECOND / 2);
        assertThat(speed.perSecond(SECOND + SECOND / 2)).isEqualTo(30);
        assertThat(speed.perSecond(2 * SECOND)).isEqualTo(30);
    }

    @Test
    void aReceiverThatHangsHasNoSpeedAfterTwoSeconds() {
        deliver(10, SECOND / 2);
        assertThat(speed.perSecond(2 * SECOND)).isZero();
    }

    private void deliver(int count, long now) {
        for (int i = 0; i < count; i++) {
            speed.onDelivered(now);
        }
    }
}

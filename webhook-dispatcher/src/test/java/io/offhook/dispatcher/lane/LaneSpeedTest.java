package io.offhook.dispatcher.lane;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LaneSpeedTest {

    private final LaneSpeed speed = new LaneSpeed();

    @Test
    void isWhatTheSlotsCouldMakeNotWhatThereWasToDo() {
        assertThat(speed.perSecond(16)).as("nothing is known").isZero();
        speed.onDelivered(Duration.ofMillis(50));
        assertThat(speed.perSecond(16)).isEqualTo(320);
        assertThat(speed.perSecond(1)).isEqualTo(20);
    }

    @Test
    void followsAReceiverThatBecomesSlow() {
        speed.onDelivered(Duration.ofMillis(1));
        for (int i = 0; i < 40; i++) {
            speed.onDelivered(Duration.ofMillis(100));
        }
        assertThat(speed.perSecond(10)).isBetween(99, 105);
    }

    @Test
    void anAnswerWithoutAnyTimeIsNotEndlesslyFast() {
        speed.onDelivered(Duration.ZERO);
        assertThat(speed.perSecond(1)).isEqualTo(10_000);
    }
}

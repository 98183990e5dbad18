package io.offhook.dispatcher.lane;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LaneSpeedTest {

    private static final long SECOND = 1_000_000_000;

    private final LaneSpeed speed = new LaneSpeed(0);

    @Test
    void isWhatTheSlotsCouldMakeNotWhatThereWasToDo() {
        assertThat(speed.perSecond(16)).as("nothing is known").isZero();
        speed.onDelivered(Duration.ofMillis(50), 0);
        assertThat(speed.perSecond(16)).isEqualTo(320);
        assertThat(speed.perSecond(1)).isEqualTo(20);
    }

    @Test
    void followsAReceiverThatBecomesSlow() {
        speed.onDelivered(Duration.ofMillis(1), 0);
        for (int i = 0; i < 40; i++) {
            speed.onDelivered(Duration.ofMillis(100), i);
        }
        assertThat(speed.perSecond(10)).isBetween(99, 105);
    }

    @Test
    void movesUntilASecondAfterTheLastDelivery() {
        assertThat(speed.isMoving(0)).isFalse();
        speed.onDelivered(Duration.ofMillis(1), SECOND);
        assertThat(speed.isMoving(2 * SECOND - 1)).isTrue();
        assertThat(speed.isMoving(2 * SECOND)).isFalse();
        speed.onBegun(5 * SECOND);
        assertThat(speed.isMoving(5 * SECOND)).as("it could not have delivered yet").isTrue();
        assertThat(speed.isMoving(6 * SECOND)).isFalse();
    }

    @Test
    void anAnswerWithoutAnyTimeIsNotEndlesslyFast() {
        speed.onDelivered(Duration.ZERO, 0);
        assertThat(speed.perSecond(1)).isEqualTo(10_000);
    }
}

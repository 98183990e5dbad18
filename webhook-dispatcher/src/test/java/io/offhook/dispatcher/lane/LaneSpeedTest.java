package io.offhook.dispatcher.lane;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LaneSpeedTest {

    private static final long NOW = System.nanoTime();
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final LaneSpeed speed = new LaneSpeed();

    @Test
    void isWhatTheSlotsCouldMakeNotWhatThereWasToDo() {
        assertThat(speed.perSecond(16)).as("nothing is known").isZero();
        speed.onDelivered(Duration.ofMillis(50), NOW);
        assertThat(speed.perSecond(16)).isEqualTo(320);
        assertThat(speed.perSecond(1)).isEqualTo(20);
    }

    @Test
    void followsAReceiverThatBecomesSlow() {
        speed.onDelivered(Duration.ofMillis(1), NOW);
        for (int i = 0; i < 40; i++) {
            speed.onDelivered(Duration.ofMillis(100), NOW);
        }
        assertThat(speed.perSecond(10)).isBetween(99, 105);
    }

    @Test
    void anAnswerWithoutAnyTimeIsNotEndlesslyFast() {
        speed.onDelivered(Duration.ZERO, NOW);
        assertThat(speed.perSecond(1)).isEqualTo(10_000);
    }

    @Test
    void aReceiverThatHangsDoesNotMoveAndOneThatHasJustBegunMay() {
        assertThat(speed.isMoving(System.nanoTime())).as("nothing to do, and nothing delivered").isFalse();
        speed.onBegun(NOW);
        assertThat(speed.isMoving(NOW + SECOND - 1)).isTrue();
        assertThat(speed.isMoving(NOW + SECOND)).as("a second without a delivery").isFalse();
        speed.onDelivered(Duration.ofMillis(1), NOW + SECOND);
        assertThat(speed.isMoving(NOW + 2 * SECOND - 1)).isTrue();
    }
}

package io.offhook.chaos;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

@Timeout(60)
class WaitingTest {

    private static final Duration LOOK = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);

    private static Patience untilEnd(Duration end) {
        return new Patience(LONG, System.nanoTime() + end.toNanos());
    }

    @Test
    void saysWhatWasNotSeen() {
        var waiting = new Waiting(Patience.ofEachWait(Duration.ofMillis(20)), LOOK);

        assertThatExceptionOfType(OutOfPatienceException.class).isThrownBy(() -> waiting.until("rain", () -> false))
                .withMessage("not seen within 0 s: rain");
        assertThatNoException().isThrownBy(() -> waiting.until("sun", () -> true));
    }

    @Test
    void waitsNoLongerThanTheRunLasts() {
        var waiting = new Waiting(untilEnd(Duration.ofMillis(20)), LOOK);

        assertThatExceptionOfType(OutOfPatienceException.class)
                .isThrownBy(() -> waiting.until("rain", LONG, () -> false))
                .withMessage("the time of the run is up, not seen in its last 0 s: rain");
    }

    @Test
    void hasPatienceBeyondWhatSomethingTakesAnyway() {
        Patience patience = Patience.ofEachWait(Duration.ofMinutes(4));

        assertThat(patience.left()).isEqualTo(Duration.ofMinutes(4));
        assertThat(patience.leftBeyond(Duration.ofMinutes(10))).isEqualTo(Duration.ofMinutes(14));
        assertThat(untilEnd(Duration.ofMinutes(5)).leftBeyond(LONG)).isLessThanOrEqualTo(Duration.ofMinutes(5))
                .isPositive();
        assertThat(untilEnd(Duration.ZERO)).returns(true, Patience::isOver).returns(Duration.ZERO, Patience::left);
    }
}

package io.offhook.dispatcher.lane;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BreakerTest {

    private final Breaker breaker = new Breaker(5);

    @Test
    void theFifthFailureInARowOpensIt() {
        for (int i = 0; i < 4; i++) {
            assertThat(breaker.onFailure(breaker.epoch())).isFalse();
        }
        assertThat(breaker.isOpen()).isFalse();
        assertThat(breaker.onFailure(breaker.epoch())).isTrue();
        assertThat(breaker.isOpen()).isTrue();
    }

    @Test
    void aSuccessBetweenThemBeginsTheCountAgain() {
        failures(4);
        breaker.onSuccess(breaker.epoch());
        failures(4);
        assertThat(breaker.isOpen()).isFalse();
    }

    @Test
    void whatStartedBeforeItOpenedOrClosedDoesNotCount() {
        int before = breaker.epoch();
        failures(5);
        assertThat(breaker.onFailure(before)).isFalse();
        breaker.close();
        for (int i = 0; i < 10; i++) {
            assertThat(breaker.onFailure(before)).isFalse();
        }
        failures(4);
        breaker.onSuccess(before);
        assertThat(breaker.onFailure(breaker.epoch())).as("the late success did not reset the count").isTrue();
    }

    @Test
    void onlyACloseClosesIt() {
        failures(5);
        breaker.onSuccess(breaker.epoch());
        assertThat(breaker.isOpen()).isTrue();
        breaker.close();
        assertThat(breaker.isOpen()).isFalse();
        failures(4);
        assertThat(breaker.isOpen()).isFalse();
    }

    private void failures(int count) {
        for (int i = 0; i < count; i++) {
            breaker.onFailure(breaker.epoch());
        }
    }
}

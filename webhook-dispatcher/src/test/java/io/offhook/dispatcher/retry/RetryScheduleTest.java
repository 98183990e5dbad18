package io.offhook.dispatcher.retry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RetryScheduleTest {

    @Test
    void stepsAreSecondsForPostgres() {
        var schedule = new RetrySchedule(
                List.of(Duration.ofMillis(200), Duration.ofSeconds(3), Duration.ofMinutes(30)), 0.5);
        assertThat(schedule.seconds()).containsExactly(0.2, 3.0, 1800.0);
    }

    @Test
    void laterChangesOfTheListGivenDoNotReachIt() {
        var steps = new ArrayList<>(List.of(Duration.ofSeconds(1)));
        var schedule = new RetrySchedule(steps, 0);
        steps.clear();
        assertThat(schedule.steps()).containsExactly(Duration.ofSeconds(1));
    }
}

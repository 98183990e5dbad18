package io.offhook.dispatcher.retry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RetryScheduleTest {

    @Test
    void stepsAreSecondsForPostgres() {
        var schedule = new RetrySchedule(
                List.of(Duration.ofMillis(200), Duration.ofSeconds(3), Duration.ofMinutes(30)), 0.5);
        assertThat((Double[]) schedule.parameters(Optional.empty()).get("steps")).containsExactly(0.2, 3.0, 1800.0);
        assertThat(schedule.parameters(Optional.of(Duration.ofMillis(1500))).get("retryAfter")).isEqualTo(1.5);
    }

    @Test
    void laterChangesOfTheListGivenDoNotReachIt() {
        var steps = new ArrayList<>(List.of(Duration.ofSeconds(1)));
        var schedule = new RetrySchedule(steps, 0);
        steps.clear();
        assertThat(schedule.steps()).containsExactly(Duration.ofSeconds(1));
    }
}

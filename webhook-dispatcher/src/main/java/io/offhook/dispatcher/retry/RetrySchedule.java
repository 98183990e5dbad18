package io.offhook.dispatcher.retry;

import java.time.Duration;
import java.util.List;

/**
 * How long to wait before the next attempt. PostgreSQL computes with it, so that the clocks of dispatchers do not matter.
 *
 * @param steps the last one repeats
 * @param jitter a delay d is drawn uniformly from [d * (1 - jitter), d]; 0 to 1
 */
public record RetrySchedule(List<Duration> steps, double jitter) {

    public RetrySchedule {
        steps = List.copyOf(steps);
    }

    /** The steps in seconds, as a parameter of {@code double precision[]}. */
    Double[] seconds() {
        return steps.stream().map(step -> step.toMillis() / 1000.0).toArray(Double[]::new);
    }
}

package io.offhook.dispatcher.retry;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

import io.offhook.dispatcher.lane.ProbeDelays;

/**
 * How long to wait before the next attempt. PostgreSQL computes with it, so that the clocks of dispatchers do not matter; while it is
 * away a dispatcher does, for its own probes.
 *
 * @param steps the last one repeats
 * @param jitter a delay d is drawn uniformly from [d * (1 - jitter), d]; 0 to 1
 */
public record RetrySchedule(List<Duration> steps, double jitter) implements ProbeDelays {

    public RetrySchedule {
        steps = List.copyOf(steps);
    }

    @Override
    public Duration before(int step, Optional<Duration> retryAfter) {
        double longest = steps.get(Math.clamp(step, 1, steps.size()) - 1).toNanos();
        var delay = Duration.ofNanos((long) (longest * (1 - jitter * ThreadLocalRandom.current().nextDouble())));
        return retryAfter.filter(asked -> asked.compareTo(delay) > 0).orElse(delay);
    }

    /**
     * When the step is over, as SQL: not before what the receiver asked for.
     *
     * @param step an SQL expression, 1 for the first
     */
    static String dueAfter(String step) {
        return """
                now() + greatest(
                    (:steps::double precision[])[least(%s, cardinality(:steps::double precision[]))] * (1 - :jitter * random()),
                    :retryAfter) * interval '1 second'"""
                .formatted(step);
    }

    /** The parameters of {@link #dueAfter}. */
    Map<String, Object> parameters(Optional<Duration> retryAfter) {
        return Map.of("steps", steps.stream().map(RetrySchedule::seconds).toArray(Double[]::new), "jitter", jitter,
                "retryAfter",
                retryAfter.map(RetrySchedule::seconds).orElse(0.0));
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}

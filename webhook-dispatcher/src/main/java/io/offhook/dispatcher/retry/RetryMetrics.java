package io.offhook.dispatcher.retry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** What the retry engine tells of itself. */
public final class RetryMetrics {

    /** Hand-offs that became rows. */
    final Counter written;
    /** Hand-offs that PostgreSQL can never take. */
    final Counter refused;
    /** A round of claims: which lanes are due, and their rows. */
    final Timer claim;
    final Counter claimed;
    /** Rows that a claim found behind an open one of their leg. */
    final Counter waiting;
    final Counter exhaustedByAge;
    final Counter exhaustedByNumber;
    final Counter removed;
    final Timer sweep;

    public RetryMetrics(MeterRegistry meters) {
        written = counter(meters, "rows.written", "hand-offs that became rows of failed webhooks");
        refused = counter(meters, "rows.refused", "hand-offs that PostgreSQL refuses for good");
        claim = Timer.builder("offhook.dispatcher.claim").description("rounds of claims that found something")
                .publishPercentileHistogram().register(meters);
        claimed = counter(meters, "rows.claimed", "failed webhooks taken back into lanes");
        waiting = counter(meters, "rows.not.heads", "rows that a claim found behind an open one of their leg");
        exhaustedByAge = exhausted(meters, "age");
        exhaustedByNumber = exhausted(meters, "number");
        removed = counter(meters, "rows.removed", "ended rows removed after their time");
        sweep = Timer.builder("offhook.dispatcher.sweep").description("sweeps of old rows").register(meters);
    }

    private static Counter exhausted(MeterRegistry meters, String reason) {
        return Counter.builder("offhook.dispatcher.rows.exhausted").tag("reason", reason)
                .description("failed webhooks given up: too old, or too many of their endpoint").register(meters);
    }

    private static Counter counter(MeterRegistry meters, String name, String description) {
        return Counter.builder("offhook.dispatcher." + name).description(description).register(meters);
    }
}

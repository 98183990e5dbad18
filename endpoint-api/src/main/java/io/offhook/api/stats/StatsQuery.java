package io.offhook.api.stats;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.UUID;

import io.offhook.api.input.Fields;
import io.offhook.api.security.Caller;
import io.offhook.api.security.TenantField;

/**
 * What is asked for.
 *
 * @param from the start of a step
 * @param points steps from there
 * @param tenant {@code null}: all
 * @param endpointId {@code null}: all
 */
record StatsQuery(Instant from, Step step, int points, String tenant, UUID endpointId) {

    /** Of one answer: a bit more than a day by the minute, two months by the hour. */
    static final int MAX_POINTS = 1_500;
    private static final int DEFAULT_POINTS = 300;
    private static final Duration DEFAULT_RANGE = Duration.ofHours(24);

    static StatsQuery read(Fields fields, Caller caller, Instant now) {
        Instant givenTo = fields.time("to");
        Instant to = givenTo == null ? now.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1) : givenTo;
        Instant givenFrom = fields.time("from");
        Instant from = givenFrom == null ? to.minus(DEFAULT_RANGE) : givenFrom;
        Step given = fields.choice("step", Step.class, Step::wireName);
        var query = new StatsQuery(from, given, 0, TenantField.read(fields, caller), fields.uuid("endpoint_id"));
        boolean ordered = from.isBefore(to);
        if (!ordered) {
            fields.errors().add(givenTo == null ? "from" : "to", (givenTo == null ? from : to)
                    + " (expected: a time after from, and before to, which is now unless it is given)");
        }
        Step step = given == null ? byDefault(from, to) : given;
        long points = ordered ? step.count(from, to) : 1;
        if (points > MAX_POINTS) {
            fields.errors().add("step", "\"" + step.wireName() + "\" (expected: a step that divides from and to into "
                    + MAX_POINTS + " points at most, not " + points + ")");
        }
        fields.finish();
        return new StatsQuery(step.startOf(from), step, (int) points, query.tenant(), query.endpointId());
    }

    /** The finest with a readable number of points, or the longest. */
    private static Step byDefault(Instant from, Instant to) {
        return Arrays.stream(Step.values()).filter(step -> step.count(from, to) <= DEFAULT_POINTS).findFirst()
                .orElse(Step.DAY);
    }

    /** The end of the last step. */
    Instant to() {
        return startOf(points);
    }

    Instant startOf(int point) {
        return from.plusSeconds((long) point * step.seconds());
    }

    /** The point that a moment between {@link #from} and {@link #to()} lies in. */
    int pointOf(Instant moment) {
        return (int) (Duration.between(from, moment).toSeconds() / step.seconds());
    }
}

package io.offhook.api.stats;

import java.time.Duration;
import java.time.Instant;

import io.offhook.db.StatisticsStep;

/** How far apart the points of a series may be. */
enum Step {
    MINUTE("1m", 60, StatisticsStep.MINUTE), FIVE_MINUTES("5m", 300, StatisticsStep.MINUTE), QUARTER("15m", 900,
            StatisticsStep.MINUTE), HOUR("1h", 3600, StatisticsStep.HOUR), DAY("1d", 86_400, StatisticsStep.HOUR);

    private final String wireName;
    private final int seconds;
    private final StatisticsStep counted;

    Step(String wireName, int seconds, StatisticsStep counted) {
        this.wireName = wireName;
        this.seconds = seconds;
        this.counted = counted;
    }

    String wireName() {
        return wireName;
    }

    int seconds() {
        return seconds;
    }

    /** The counts that its points are added up from. */
    StatisticsStep counted() {
        return counted;
    }

    /** The start of the step that a moment lies in; days are those of UTC. */
    Instant startOf(Instant moment) {
        return Instant.ofEpochSecond(Math.floorDiv(moment.getEpochSecond(), seconds) * seconds);
    }

    /** Steps that a range touches. */
    long count(Instant from, Instant to) {
        Instant last = startOf(to.minusNanos(1));
        return Duration.between(startOf(from), last).toSeconds() / seconds + 1;
    }
}

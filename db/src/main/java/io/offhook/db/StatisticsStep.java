package io.offhook.db;

import java.time.Instant;

/** The steps by which statistics are counted when they happen; longer ones are added up from these. */
public enum StatisticsStep {
    MINUTE(60), HOUR(3600);

    private final int seconds;

    StatisticsStep(int seconds) {
        this.seconds = seconds;
    }

    public int seconds() {
        return seconds;
    }

    /** The start of the step that a moment lies in; of UTC, as days are. */
    public Instant startOf(Instant moment) {
        return Instant.ofEpochSecond(Math.floorDiv(moment.getEpochSecond(), seconds) * seconds);
    }
}

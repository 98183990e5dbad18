package io.offhook.chaos;

import java.time.Duration;

/**
 * How long and how often faults strike.
 *
 * @param repeating how long a scenario repeats its fault; zero for once
 * @param kills of dispatchers, one after the other under load
 * @param betweenKills from one to the next, if the one killed before is back by then; zero for as soon as it is
 * @param postgresAway how long PostgreSQL stays away; zero for as long as it takes to see what comes of it
 * @param receiverDown the same of a receiver
 */
public record Severity(Duration repeating, int kills, Duration betweenKills, Duration postgresAway,
        Duration receiverDown) {

    /** Each fault once, and as short as it can be. */
    public static final Severity ONCE = new Severity(Duration.ZERO, 2, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    /** Of a run that has time for all of it. */
    private static final Duration WHOLE = Duration.ofMinutes(15);
    private static final Duration REPEATING = Duration.ofSeconds(20);
    private static final int KILLS = 6;
    private static final Duration BETWEEN_KILLS = Duration.ofSeconds(20);
    private static final Duration POSTGRES_AWAY = Duration.ofMinutes(2);
    private static final Duration RECEIVER_DOWN = Duration.ofMinutes(10);

    /** As hard as a run of that length allows, and no harder than one of a quarter of an hour. */
    static Severity in(Duration run) {
        if (run.compareTo(WHOLE) >= 0) {
            return new Severity(REPEATING, KILLS, BETWEEN_KILLS, POSTGRES_AWAY, RECEIVER_DOWN);
        }
        // The start and the end of a scenario take what they take, however short the run.
        return new Severity(REPEATING, KILLS, BETWEEN_KILLS, run.dividedBy(10), run.dividedBy(2));
    }
}

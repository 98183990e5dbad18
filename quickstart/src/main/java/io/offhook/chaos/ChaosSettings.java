package io.offhook.chaos;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How hard and how long faults strike.
 *
 * @param jars what is run
 * @param directory where logs and spools of the processes go; each scenario has a folder of its own in it
 * @param seed of everything random in the calls; the same gives the same calls
 * @param length how long a scenario repeats its fault; zero for once
 * @param outage how long PostgreSQL stays away, and half of it a receiver; zero for as long as it takes to see what comes of it
 * @param callsPerSecond load on each node
 * @param patience how long any condition may take; wide, since machines are slow at times
 */
public record ChaosSettings(Jars jars, Path directory, long seed, Duration length, Duration outage,
        double callsPerSecond, Duration patience) {

    /** The runnable jars of the services. */
    public record Jars(Path ingestor, Path dispatcher) {}

    public ChaosSettings {
        if (callsPerSecond < 1 || callsPerSecond > 1000) {
            throw new IllegalArgumentException(
                    "callsPerSecond: " + callsPerSecond + " (expected: a number from 1 to 1000)");
        }
    }
}

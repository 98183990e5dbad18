package io.offhook.chaos;

import java.nio.file.Path;

/**
 * What scenarios are run with.
 *
 * @param jars what is run
 * @param directory where logs and spools of the processes go; each scenario has a folder of its own in it
 * @param seed of everything random in the calls; the same gives the same calls
 * @param severity of the faults
 * @param callsPerSecond load on each node
 */
public record ChaosSettings(Jars jars, Path directory, long seed, Severity severity, double callsPerSecond,
        Patience patience) {

    /** The runnable jars of the services. */
    public record Jars(Path ingestor, Path dispatcher) {}

    public ChaosSettings {
        if (callsPerSecond < 1 || callsPerSecond > 1000) {
            throw new IllegalArgumentException(
                    "callsPerSecond: " + callsPerSecond + " (expected: a number from 1 to 1000)");
        }
    }
}

package io.offhook.chaos;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How hard and how long faults strike.
 *
 * @param ingestorJar the runnable jar of the ingestor
 * @param directory where logs and spools of the processes go; each scenario has a folder of its own in it
 * @param seed of everything random in the simulated FreeSWITCHs; the same gives the same calls
 * @param length how long a scenario repeats its fault; zero for once
 * @param callsPerSecond load on each node
 * @param patience how long any condition may take; wide, since machines are slow at times
 */
public record ChaosSettings(Path ingestorJar, Path directory, long seed, Duration length, double callsPerSecond,
        Duration patience) {

    public ChaosSettings {
        if (callsPerSecond < 1 || callsPerSecond > 1000) {
            throw new IllegalArgumentException(
                    "callsPerSecond: " + callsPerSecond + " (expected: a number from 1 to 1000)");
        }
    }
}

package io.offhook.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What came of a scenario.
 *
 * @param scenario its name
 * @param counts what there was to be compared, in words
 * @param took all of it
 * @param settled from the end of the load until all was as it has to be
 * @param violations all that is wrong; none when the scenario passed
 * @param directory where the logs of its processes are
 */
public record ScenarioReport(String scenario, String counts, Duration took, Duration settled, List<String> violations,
        Path directory) {

    /** More of one kind tells nothing new. */
    private static final int SHOWN = 20;

    public ScenarioReport {
        violations = List.copyOf(violations);
    }

    public boolean passed() {
        return violations.isEmpty();
    }

    /** A scenario that broke off. */
    static ScenarioReport brokenOff(String scenario, String why, Duration took, Path directory) {
        return new ScenarioReport(scenario, "broken off", took, Duration.ZERO, List.of(why), directory);
    }

    @Override
    public String toString() {
        var text = new StringBuilder(String.format(Locale.ROOT, "%-28s %s  %5.1f s  %s; settled in %.1f s", scenario,
                passed() ? "passed" : "FAILED", took.toMillis() / 1000.0, counts, settled.toMillis() / 1000.0));
        violations.stream().limit(SHOWN).forEach(violation -> text.append("\n    ").append(violation));
        if (violations.size() > SHOWN) {
            text.append("\n    and ").append(violations.size() - SHOWN).append(" more");
        }
        if (!passed()) {
            text.append("\n    logs: ").append(directory);
        }
        return text.toString();
    }
}

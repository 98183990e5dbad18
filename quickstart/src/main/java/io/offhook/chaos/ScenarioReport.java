package io.offhook.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What came of a scenario.
 *
 * @param scenario its name
 * @param legs legs that there were
 * @param events different events in the topic
 * @param duplicates records whose id was there already
 * @param gaps times that nobody listened to a node
 * @param findings what the audit found
 * @param lossEstimate legs that the ingestor says nobody told it of; 0 where it is not asked
 * @param took all of it
 * @param settled from the end of the last call until the topic satisfied the truth
 * @param violations all that is wrong; none when the scenario passed
 * @param directory where the logs of its processes are
 */
public record ScenarioReport(String scenario, int legs, int events, int duplicates, int gaps, Audit.Findings findings,
        long lossEstimate, Duration took, Duration settled, List<String> violations, Path directory) {

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
        return new ScenarioReport(scenario, 0, 0, 0, 0, new Audit.Findings(List.of(), 0, 0, 0), 0, took, Duration.ZERO,
                List.of(why), directory);
    }

    @Override
    public String toString() {
        var text = new StringBuilder(String.format(Locale.ROOT,
                "%-28s %s  %5.1f s  %d legs, %d events, %d duplicates, %d gaps; %d inferred (%d ends), %d legs never seen"
                        + " (estimate %d); settled in %.1f s",
                scenario, passed() ? "passed" : "FAILED", took.toMillis() / 1000.0, legs, events, duplicates, gaps,
                findings.inferred(), findings.ends(), findings.absent(), lossEstimate, settled.toMillis() / 1000.0));
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

package io.offhook.chaos;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import io.offhook.testkit.kafka.KafkaProcess;

/** {@code offhook chaos}: runs fault scenarios for minutes and says whether every leg came out whole. */
public final class ChaosCommand {

    private static final int MAX_MINUTES = 24 * 60;
    /** What a loaded machine may need for a start or for the last event. */
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final double CALLS_PER_SECOND = 100;

    private ChaosCommand() {}

    /**
     * @param minutes of load, shared by the scenarios
     * @param scenarios those to run
     * @param seed of the calls
     */
    record Options(int minutes, long seed, List<Scenario> scenarios, Path ingestorJar, Path directory) {}

    /** Ends the process: 0 when all scenarios passed, 1 when not, 2 when the arguments cannot be understood. */
    public static void main(String[] arguments) throws InterruptedException {
        Options options;
        try {
            options = parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("chaos: " + e.getMessage());
            System.exit(2);
            return;
        }
        System.exit(run(options, System.out) ? 0 : 1);
    }

    /** @throws IllegalArgumentException with one line that names the option, its value and what is allowed */
    static Options parse(String... arguments) {
        int minutes = 10;
        long seed = System.nanoTime() & Integer.MAX_VALUE;
        List<Scenario> scenarios = List.of(Scenario.values());
        Path jar = Path.of("esl-ingestor", "target", "esl-ingestor.jar");
        Path directory = Path.of("chaos");
        for (int i = 0; i < arguments.length; i += 2) {
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException(arguments[i] + ": no value");
            }
            String value = arguments[i + 1];
            switch (arguments[i]) {
                case "--minutes" -> minutes = (int) number("--minutes", value, MAX_MINUTES);
                case "--seed" -> seed = number("--seed", value, Integer.MAX_VALUE);
                case "--scenario" -> scenarios = List.of(Scenario.of(value).orElseThrow(
                        () -> new IllegalArgumentException("--scenario: " + value + " (expected: one of " + String
                                .join(", ", Stream.of(Scenario.values()).map(Scenario::title).toList()) + ")")));
                case "--ingestor" -> jar = Path.of(value);
                case "--directory" -> directory = Path.of(value);
                default -> throw new IllegalArgumentException("option: " + arguments[i]
                        + " (expected: --minutes, --seed, --scenario, --ingestor, --directory)");
            }
        }
        if (!Files.isRegularFile(jar)) {
            throw new IllegalArgumentException("--ingestor: " + jar + " (expected: the ingestor's jar)");
        }
        return new Options(minutes, seed, scenarios, jar, directory);
    }

    private static long number(String name, String value, long most) {
        try {
            long number = Long.parseLong(value);
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The message below says what is allowed.
        }
        throw new IllegalArgumentException(name + ": " + value + " (expected: a whole number from 1 to " + most + ")");
    }

    private static boolean run(Options options, PrintStream out) throws InterruptedException {
        Duration each = Duration.ofMinutes(options.minutes).dividedBy(options.scenarios.size());
        var settings = new ChaosSettings(options.ingestorJar, directory(options), options.seed, each,
                CALLS_PER_SECOND, PATIENCE);
        out.printf(Locale.ROOT, "%d scenarios, %d s of faults each, seed %d; logs in %s%n", options.scenarios.size(),
                each.toSeconds(), options.seed, settings.directory());
        var failed = new ArrayList<String>();
        try (KafkaProcess kafka = KafkaProcess.temporary().start()) {
            for (Scenario scenario : options.scenarios) {
                ScenarioReport report = scenario.run(kafka, settings);
                out.println(report);
                if (!report.passed()) {
                    failed.add(scenario.title());
                }
            }
        }
        out.println(failed.isEmpty()
                ? "Every leg of every scenario has its events, once, in order and true."
                : "FAILED: " + String.join(", ", failed) + ". Again with --seed " + options.seed);
        return failed.isEmpty();
    }

    private static Path directory(Options options) {
        try {
            return Files.createDirectories(options.directory.toAbsolutePath());
        } catch (IOException e) {
            // The processes could not write their logs either.
            throw new UncheckedIOException("cannot create " + options.directory, e);
        }
    }
}

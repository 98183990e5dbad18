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

/** {@code offhook chaos}: runs fault scenarios for minutes and says whether every leg came out whole and every webhook arrived. */
public final class ChaosCommand {

    /** Of faults in one run of a scenario: what is known of its legs, some 100 MB, is forgotten with it. */
    private static final Duration LENGTH = Duration.ofSeconds(20);
    private static final Duration OUTAGE = Duration.ofMinutes(2);
    private static final int MAX_MINUTES = 24 * 60;
    /** What a loaded machine may need for a start or for the last event. */
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final double CALLS_PER_SECOND = 100;

    private ChaosCommand() {}

    /**
     * @param minutes after which no scenario is begun that has been run already
     * @param scenarios those to run
     * @param seed of the calls; grows by one each time that all scenarios have been run
     */
    record Options(int minutes, long seed, List<Scenario> scenarios, ChaosSettings.Jars jars, Path directory) {}

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
        Path ingestor = Path.of("esl-ingestor", "target", "esl-ingestor.jar");
        Path dispatcher = Path.of("webhook-dispatcher", "target", "webhook-dispatcher.jar");
        Path directory = Path.of("logs", "chaos");
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
                case "--ingestor" -> ingestor = Path.of(value);
                case "--dispatcher" -> dispatcher = Path.of(value);
                case "--directory" -> directory = Path.of(value);
                default -> throw new IllegalArgumentException("option: " + arguments[i]
                        + " (expected: --minutes, --seed, --scenario, --ingestor, --dispatcher, --directory)");
            }
        }
        requireJar("--ingestor", ingestor);
        requireJar("--dispatcher", dispatcher);
        return new Options(minutes, seed, scenarios, new ChaosSettings.Jars(ingestor, dispatcher), directory);
    }

    private static void requireJar(String name, Path jar) {
        if (!Files.isRegularFile(jar)) {
            throw new IllegalArgumentException(name + ": " + jar + " (expected: the service's runnable jar)");
        }
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
        Path directory = directory(options);
        long deadline = System.nanoTime() + Duration.ofMinutes(options.minutes).toNanos();
        out.printf(Locale.ROOT, "%d scenarios, seed %d, logs of those that fail in %s%n", options.scenarios.size(),
                options.seed, directory);
        var failed = new ArrayList<String>();
        try (Stores stores = Stores.start()) {
            for (int i = 0; i < options.scenarios.size() || System.nanoTime() < deadline; i++) {
                Scenario scenario = options.scenarios.get(i % options.scenarios.size());
                long seed = options.seed + i / options.scenarios.size();
                ScenarioReport report = scenario.run(stores, new ChaosSettings(options.jars, directory, seed, LENGTH,
                        OUTAGE, CALLS_PER_SECOND, PATIENCE));
                out.println(report);
                if (!report.passed()) {
                    failed.add("--scenario " + scenario.title() + " --seed " + seed);
                }
            }
        }
        out.println(failed.isEmpty()
                ? "Every leg has its events, once, in order and true, and every endpoint has its webhooks, in order per leg."
                : "FAILED, to be run again with " + String.join(", ", failed));
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

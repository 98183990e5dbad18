package io.offhook.chaos;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** {@code offhook chaos}: runs fault scenarios for minutes and says whether every leg came out whole and every webhook arrived. */
public final class ChaosCommand {

    private static final int MINUTES = 15;
    private static final int MAX_MINUTES = 24 * 60;
    /** The receiver that is down for long takes one place nearly all the time. */
    private static final int SIDE_BY_SIDE = 4;
    /** From when nobody waits for anything any more until the end: a dozen processes are to be killed. */
    private static final Duration CLOSING = Duration.ofSeconds(40);
    /** What is left of it when scenarios that still run are left: the stores are to be closed. */
    private static final Duration LEAVING = Duration.ofSeconds(15);
    /** What a loaded machine may need for a start or for the last event. */
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    /** Of a scenario alone. */
    private static final double CALLS_PER_SECOND = 100;
    /** Of all that run at once: two cores are then half busy, and as much again is there for starts. */
    private static final double CALLS_PER_SECOND_IN_ALL = 120;

    private ChaosCommand() {}

    /**
     * @param minutes at the end of which it ends, whatever goes on
     * @param scenarios those to run
     * @param seed of the calls; grows by one each time that a scenario has been run
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
        int minutes = MINUTES;
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
        Duration length = Duration.ofMinutes(options.minutes);
        var bounds = new ChaosRun.Bounds(SIDE_BY_SIDE, System.nanoTime() + length.minus(LEAVING).toNanos(),
                CLOSING.minus(LEAVING), PATIENCE);
        Path directory = directory(options);
        Severity severity = Severity.in(length);
        out.printf(Locale.ROOT,
                "%d scenarios, %d at once, for %d minutes at most; PostgreSQL away for %d s, a receiver down for %d s;"
                        + " seed %d, logs of those that fail in %s%n",
                options.scenarios.size(), SIDE_BY_SIDE, options.minutes,
                severity.postgresAway().toSeconds(), severity.receiverDown().toSeconds(), options.seed, directory);
        double callsPerSecond = Math.min(CALLS_PER_SECOND,
                CALLS_PER_SECOND_IN_ALL / Math.min(SIDE_BY_SIDE, options.scenarios.size()));
        ChaosRun.Outcome outcome;
        try (Stores stores = Stores.start()) {
            outcome = new ChaosRun((scenario, seed, patience) -> scenario.run(stores,
                    new ChaosSettings(options.jars, directory, seed, severity, callsPerSecond, patience)), bounds,
                    out)
                    .run(options.scenarios, options.seed);
        }
        if (!outcome.notRun().isEmpty()) {
            out.println("NOT RUN, for want of time: "
                    + String.join(", ", outcome.notRun().stream().map(Scenario::title).toList()));
        }
        if (!outcome.failed().isEmpty()) {
            out.println("FAILED, to be run again with " + String.join(", ", outcome.failed()));
        }
        if (outcome.passed()) {
            out.println(
                    "Every leg has its events, once, in order and true, and every endpoint has its webhooks, in order per leg.");
        }
        return outcome.passed();
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

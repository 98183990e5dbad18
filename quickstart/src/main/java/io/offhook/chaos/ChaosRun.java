package io.offhook.chaos;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Scenarios side by side, each once and then again as long as that fits, and an end of it all in time: whoever waits for something
 * shortly before gives up and says for what, and who does not even do that is left where it is.
 */
final class ChaosRun {

    /** Whatever a scenario took the last time, it may take so much more the next. */
    private static final int MARGIN = 2;
    private static final String OWN_PACKAGE = ChaosRun.class.getPackageName() + ".";

    /** How a scenario is run. */
    interface Performance {
        ScenarioReport of(Scenario scenario, long seed, Patience patience) throws InterruptedException;
    }

    /**
     * How much there may be of it.
     *
     * @param sideBySide scenarios at once; on two cores they mostly wait
     * @param endNanos of {@link System#nanoTime()}: those that still run are left where they are
     * @param closing before it, in which nobody waits for anything any more and processes are ended
     * @param patience with one condition
     */
    record Bounds(int sideBySide, long endNanos, Duration closing, Duration patience) {}

    /**
     * What came of it.
     *
     * @param failed how to run each again that did not pass or did not end
     * @param notRun those that were not begun at all
     */
    record Outcome(List<String> failed, List<Scenario> notRun) {

        boolean passed() {
            return failed.isEmpty() && notRun.isEmpty();
        }
    }

    /** @param took the last time; {@code null} before the first */
    private record Turn(Scenario scenario, long seed, Duration took) {

        boolean fitsInto(Duration left) {
            return took == null ? !left.isZero() : took.multipliedBy(MARGIN).compareTo(left) < 0;
        }

        String toBeRunAgain() {
            return "--scenario " + scenario.title() + " --seed " + seed;
        }
    }

    private final Performance performance;
    private final Bounds bounds;
    private final PrintStream out;
    private final Patience patience;
    private final Deque<Turn> turns = new ArrayDeque<>();
    private final Map<Turn, Thread> running = new ConcurrentHashMap<>();
    private final List<String> failed = new ArrayList<>();

    ChaosRun(Performance performance, Bounds bounds, PrintStream out) {
        this.performance = performance;
        this.bounds = bounds;
        this.out = out;
        this.patience = new Patience(bounds.patience, bounds.endNanos - bounds.closing.toNanos());
    }

    /**
     * @param scenarios in the order in which they are begun
     * @param seed of the first time; the second has the next
     */
    Outcome run(List<Scenario> scenarios, long seed) throws InterruptedException {
        scenarios.forEach(scenario -> turns.add(new Turn(scenario, seed, null)));
        // Its threads die with the process: what is left where it is holds up nobody.
        ExecutorService workers = Executors.newFixedThreadPool(bounds.sideBySide,
                Thread.ofPlatform().name("chaos-", 0).daemon().factory());
        try {
            List<? extends Future<?>> ends = Stream.generate(() -> workers.submit(this::work))
                    .limit(bounds.sideBySide).toList();
            workers.shutdown();
            if (!workers.awaitTermination(bounds.endNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                running.forEach(this::leave);
            }
            return outcome(ends);
        } finally {
            workers.shutdownNow();
        }
    }

    private void work() {
        try {
            for (Optional<Turn> turn = next(); turn.isPresent(); turn = next()) {
                play(turn.get());
            }
        } catch (InterruptedException e) {
            // The run is over, and it has been said what was left.
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Optional<Turn> next() {
        for (Iterator<Turn> each = turns.iterator(); each.hasNext();) {
            Turn turn = each.next();
            if (turn.fitsInto(patience.untilEnd())) {
                each.remove();
                return Optional.of(turn);
            }
        }
        return Optional.empty();
    }

    private void play(Turn turn) throws InterruptedException {
        running.put(turn, Thread.currentThread());
        ScenarioReport report = performance.of(turn.scenario, turn.seed, patience);
        if (running.remove(turn) != null) {
            ended(turn, report);
        }
    }

    private synchronized void ended(Turn turn, ScenarioReport report) {
        out.println(report);
        if (!report.passed()) {
            failed.add(turn.toBeRunAgain());
        }
        turns.add(new Turn(turn.scenario, turn.seed + 1, report.took()));
    }

    private synchronized void leave(Turn turn, Thread thread) {
        if (running.remove(turn) == null) {
            return;
        }
        String where = Stream.of(thread.getStackTrace()).filter(frame -> frame.getClassName().startsWith(OWN_PACKAGE))
                .map(frame -> frame.getClassName().substring(OWN_PACKAGE.length()) + "." + frame.getMethodName() + ":"
                        + frame.getLineNumber())
                .toList().toString();
        out.printf(Locale.ROOT, "%-28s FAILED  the time of the run is up, and it has not ended: it is at %s%n",
                turn.scenario.title(), where);
        failed.add(turn.toBeRunAgain());
    }

    private synchronized Outcome outcome(List<? extends Future<?>> ends) {
        ends.stream().filter(end -> end.state() == Future.State.FAILED)
                .forEach(end -> failed.add("(broken: " + end.exceptionNow() + ")"));
        return new Outcome(List.copyOf(failed),
                turns.stream().filter(turn -> turn.took == null).map(Turn::scenario).toList());
    }
}

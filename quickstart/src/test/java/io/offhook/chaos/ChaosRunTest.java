package io.offhook.chaos;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

import io.offhook.chaos.ChaosRun.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class ChaosRunTest {

    private static final Duration LONG = Duration.ofMinutes(10);
    /** Too long to be tried again in any run of these tests. */
    private static final Duration TOOK = Duration.ofHours(1);

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private static ScenarioReport report(Scenario scenario, Duration took, String... violations) {
        return new ScenarioReport(scenario.title(), "counts", took, Duration.ZERO, List.of(violations),
                Path.of("logs"));
    }

    /** A run of so long, in whose last half nobody waits. */
    private ChaosRun run(int sideBySide, Duration length, ChaosRun.Performance performance) {
        return new ChaosRun(performance, new ChaosRun.Bounds(sideBySide, System.nanoTime() + length.toNanos(),
                length.dividedBy(2), LONG), new PrintStream(printed, true, StandardCharsets.UTF_8));
    }

    private String printed() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void passesWhenEachScenarioDid() throws Exception {
        Queue<Scenario> begun = new ConcurrentLinkedQueue<>();

        Outcome outcome = run(2, LONG, (scenario, _, _) -> {
            begun.add(scenario);
            return report(scenario, TOOK);
        }).run(List.of(Scenario.values()), 1);

        assertThat(outcome).returns(true, Outcome::passed).isEqualTo(new Outcome(List.of(), List.of()));
        assertThat(begun).containsExactlyInAnyOrder(Scenario.values());
    }

    @Test
    void runsScenariosSideBySide() throws Exception {
        var both = new CountDownLatch(2);

        Outcome outcome = run(2, LONG, (scenario, _, _) -> {
            both.countDown();
            both.await();
            return report(scenario, TOOK);
        }).run(List.of(Scenario.RECEIVER_DOWN, Scenario.KAFKA_AWAY), 1);

        assertThat(outcome.passed()).isTrue();
    }

    @Test
    void saysHowToRunAgainWhatFailed() throws Exception {
        Outcome outcome = run(2, LONG, (scenario, _, _) -> scenario == Scenario.KAFKA_AWAY
                ? report(scenario, TOOK, "a leg is lost")
                : report(scenario, TOOK)).run(List.of(Scenario.KAFKA_AWAY, Scenario.RECEIVERS_DRIP), 7);

        assertThat(outcome).returns(false, Outcome::passed)
                .isEqualTo(new Outcome(List.of("--scenario kafka-away --seed 7"), List.of()));
        assertThat(printed()).contains("kafka-away", "a leg is lost", "receivers-drip");
    }

    @Test
    void repeatsWithTheNextSeedWhatFitsIntoTheRest() throws Exception {
        Map<Long, Scenario> bySeed = new ConcurrentHashMap<>();

        Outcome outcome = run(2, LONG, (scenario, seed, _) -> {
            bySeed.put(seed, scenario);
            return report(scenario, seed < 3 ? Duration.ofSeconds(1) : TOOK);
        }).run(List.of(Scenario.KAFKA_AWAY), 1);

        assertThat(outcome.passed()).isTrue();
        assertThat(bySeed).containsOnlyKeys(1L, 2L, 3L);
    }

    @Test
    void failsWithoutWhatCouldNotBegin() throws Exception {
        Outcome outcome = run(1, Duration.ofSeconds(2), (scenario, _, patience) -> {
            new Waiting(patience, Duration.ofMillis(1)).within(() -> false);
            return report(scenario, TOOK);
        }).run(List.of(Scenario.RECEIVER_DOWN, Scenario.KAFKA_AWAY, Scenario.RECEIVERS_DRIP), 1);

        assertThat(outcome).returns(false, Outcome::passed)
                .isEqualTo(new Outcome(List.of(), List.of(Scenario.KAFKA_AWAY, Scenario.RECEIVERS_DRIP)));
    }

    @Test
    void endsInTimeThoughAScenarioDoesNotAndSaysWhereThatIs() throws Exception {
        var interrupted = new CountDownLatch(1);

        Outcome outcome = run(2, Duration.ofSeconds(2), (scenario, _, _) -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
            return report(scenario, TOOK);
        }).run(List.of(Scenario.KAFKA_AWAY), 1);
        interrupted.await();

        assertThat(outcome).returns(false, Outcome::passed)
                .isEqualTo(new Outcome(List.of("--scenario kafka-away --seed 1"), List.of()));
        assertThat(printed()).contains("kafka-away", "the time of the run is up", "ChaosRunTest.");
    }
}

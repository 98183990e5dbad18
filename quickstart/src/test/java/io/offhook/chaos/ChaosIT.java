package io.offhook.chaos;

import java.nio.file.Path;
import java.time.Duration;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.offhook.testkit.kafka.KafkaProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** Most faults once, in seconds; {@code ./offhook chaos} repeats all of them for minutes. */
@Execution(ExecutionMode.CONCURRENT)
class ChaosIT {

    private static final Path INGESTOR = Path.of("..", "esl-ingestor", "target", "esl-ingestor.jar");
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    /** Enough for every kind of call to meet the fault; the cuts have more. */
    private static final double CALLS_PER_SECOND = 30;
    private static final double CALLS_PER_SECOND_CUT = 100;

    @TempDir
    private static Path directory;
    private static KafkaProcess kafka;

    @BeforeAll
    static void start() {
        // They tell each connection and each end of one, by the thousand.
        ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.ERROR);
        kafka = KafkaProcess.temporary().start();
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"CUTS_WITH_CDRS", "CUTS_WITHOUT_CDRS", "FREESWITCH_KILLED", "RECOVERED_ON_THE_SAME_NODE",
            "NETWORK_STALLS", "INGESTOR_KILLED"})
    void everyLegHasItsEventsOnceInOrderAndTrue(Scenario scenario) throws Exception {
        check(scenario, kafka);
    }

    /** A broker of its own is killed in each. */
    @ParameterizedTest
    @EnumSource(names = ".*(KAFKA|FULL_SPOOL).*", mode = EnumSource.Mode.MATCH_ANY)
    void everyLegHasItsEventsOnceInOrderAndTrueWhenKafkaWasAway(Scenario scenario) throws Exception {
        try (KafkaProcess own = KafkaProcess.temporary().start()) {
            check(scenario, own);
        }
    }

    private static void check(Scenario scenario, KafkaProcess broker) throws InterruptedException {
        double rate = scenario.name().startsWith("CUTS") ? CALLS_PER_SECOND_CUT : CALLS_PER_SECOND;
        ScenarioReport report = scenario.run(broker,
                new ChaosSettings(INGESTOR, directory, 1, Duration.ZERO, rate, PATIENCE));

        assertThat(report.passed()).as(report.toString()).isTrue();
    }
}

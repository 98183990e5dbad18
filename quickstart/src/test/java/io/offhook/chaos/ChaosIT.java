package io.offhook.chaos;

import java.nio.file.Path;
import java.time.Duration;

import io.offhook.testkit.kafka.KafkaProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Every fault once, in seconds; {@code ./offhook chaos} repeats them for minutes. */
class ChaosIT {

    private static final Path INGESTOR = Path.of("..", "esl-ingestor", "target", "esl-ingestor.jar");

    @TempDir
    private static Path directory;
    private static KafkaProcess kafka;

    @BeforeAll
    static void start() {
        kafka = KafkaProcess.temporary().start();
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @ParameterizedTest
    @EnumSource
    void everyLegHasItsEventsOnceInOrderAndTrue(Scenario scenario) throws Exception {
        ScenarioReport report = scenario.run(kafka, new ChaosSettings(INGESTOR, directory, 1, Duration.ZERO, 100,
                Duration.ofSeconds(90)));

        assertThat(report.violations()).as(report.toString()).isEmpty();
    }
}

package io.offhook.chaos;

import java.nio.file.Path;
import java.time.Duration;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** Most faults once, in seconds; {@code ./offhook chaos} repeats all of them for minutes. */
@Execution(ExecutionMode.CONCURRENT)
class ChaosIT {

    private static final ChaosSettings.Jars JARS = new ChaosSettings.Jars(jar("esl-ingestor"),
            jar("webhook-dispatcher"));
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    /** Enough for every kind of call to meet the fault; the cuts have more. */
    private static final double CALLS_PER_SECOND = 30;
    private static final double CALLS_PER_SECOND_CUT = 100;

    /** Scenarios that pass leave nothing in it. */
    private static final Path DIRECTORY = Path.of("target", "chaos");

    private static Stores stores;

    private static Path jar(String service) {
        return Path.of("..", service, "target", service + ".jar");
    }

    @BeforeAll
    static void start() {
        // They tell each connection and each end of one, by the thousand.
        ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.ERROR);
        stores = Stores.start();
    }

    @AfterAll
    static void stop() {
        stores.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"CUTS_WITH_CDRS", "CUTS_WITHOUT_CDRS", "FREESWITCH_KILLED", "RECOVERED_ON_THE_SAME_NODE",
            "RECOVERED_ON_ANOTHER_NODE", "CLOCK_STEPS_BACK"})
    void everyLegHasItsEventsThoughFreeSwitchFails(Scenario scenario) throws Exception {
        check(scenario);
    }

    @ParameterizedTest
    @EnumSource(names = {"ONE_INGESTOR_LOSES_SIGHT", "NETWORK_STALLS", "THOUSAND_LEGS_OPEN"})
    void everyLegHasItsEventsThoughTheNetworkFails(Scenario scenario) throws Exception {
        check(scenario);
    }

    @ParameterizedTest
    @EnumSource(names = {"INGESTOR_KILLED", "ONE_OF_TWO_INGESTORS_KILLED", "KAFKA_AWAY",
            "INGESTOR_FROZEN_WITH_A_FULL_SPOOL"})
    void everyLegHasItsEventsThoughIngestorsOrKafkaFail(Scenario scenario) throws Exception {
        check(scenario);
    }

    @ParameterizedTest
    @EnumSource(names = {"POSTGRES_AWAY", "DISPATCHER_KILLED", "RECEIVERS_RESET"})
    void everyEndpointHasItsWebhooksInOrderPerLeg(Scenario scenario) throws Exception {
        check(scenario);
    }

    private static void check(Scenario scenario) throws InterruptedException {
        double rate = scenario.name().startsWith("CUTS") ? CALLS_PER_SECOND_CUT : CALLS_PER_SECOND;
        ScenarioReport report = scenario.run(stores,
                new ChaosSettings(JARS, DIRECTORY, 1, Severity.ONCE, rate, Patience.ofEachWait(PATIENCE)));

        System.out.println(report);
        assertThat(report.passed()).as(report.toString()).isTrue();
    }
}

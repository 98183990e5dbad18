package io.offhook.chaos;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

import io.offhook.testkit.kafka.KafkaProcess;

/** What goes wrong in a scenario. After each of them every leg has its events, once, in order and true. */
public enum Scenario {
    /** The connection is cut under load, with calls that begin and end meanwhile; CDRs tell of them. */
    CUTS_WITH_CDRS(FreeSwitchFaults::cutsWithCdrs),
    /** The same without CDRs: a leg wholly inside a cut shows in the loss estimate alone. */
    CUTS_WITHOUT_CDRS(FreeSwitchFaults::cutsWithoutCdrs),
    /** The connection is cut again before it is known what ended in the first cut. */
    CUT_AGAIN_AT_ONCE(FreeSwitchFaults::cutAgain),
    /** FreeSWITCH is killed and restarted, and nobody recovers its calls. */
    FREESWITCH_KILLED(FreeSwitchFaults::killed),
    /** FreeSWITCH is killed, restarted, and recovers its answered calls. */
    RECOVERED_ON_THE_SAME_NODE(FreeSwitchFaults::recoveredOnTheSameNode),
    /** A node dies for good, and another one recovers its answered calls. */
    RECOVERED_ON_ANOTHER_NODE(FreeSwitchFaults::recoveredOnAnotherNode),
    /** A node recovers the calls of one that lives, so that two nodes have the same legs. */
    RECOVERED_BESIDE_A_LIVING_NODE(FreeSwitchFaults::recoveredBesideALivingNode),
    /** FreeSWITCH's clock is set back under load, and forth again. */
    CLOCK_STEPS_BACK(FreeSwitchFaults::clockStepsBack),
    /** One of two ingestors loses sight of a node that lives, longer than a dead core has. */
    ONE_INGESTOR_LOSES_SIGHT(NetworkFaults::oneIngestorLosesSight),
    /** Nothing passes between FreeSWITCH and the ingestor, though the connection stays. */
    NETWORK_STALLS(NetworkFaults::networkStalls),
    /** A thousand legs stay up over a cut and over a restart of the ingestor. */
    THOUSAND_LEGS_OPEN(NetworkFaults::thousandLegsOpen),
    /** The only ingestor is killed under load and started again. */
    INGESTOR_KILLED(IngestorFaults::killed),
    /** One of two ingestors is killed under load and started again. */
    ONE_OF_TWO_INGESTORS_KILLED(IngestorFaults::oneOfTwoKilled),
    /** An ingestor with a full spool is frozen while Kafka is away, and thawed when the other one has told all. */
    INGESTOR_FROZEN_WITH_A_FULL_SPOOL(IngestorFaults::frozenWithAFullSpool),
    /** Kafka is killed in the middle of legs and started again. */
    KAFKA_AWAY(IngestorFaults::kafkaAway);

    interface Course {
        void run(Trial trial) throws Exception;
    }

    private final Course course;

    Scenario(Course course) {
        this.course = course;
    }

    /** Its name on the command line, such as {@code kafka-away}. */
    public String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The scenario of that name. */
    public static Optional<Scenario> of(String title) {
        return Stream.of(values()).filter(scenario -> scenario.title().equals(title)).findFirst();
    }

    /**
     * Runs it and ends every process that it started, whatever happens.
     *
     * @param kafka a running broker, which the scenario may kill and start again; it runs in the end
     * @throws InterruptedException when it is to end early
     */
    public ScenarioReport run(KafkaProcess kafka, ChaosSettings settings) throws InterruptedException {
        long begun = System.nanoTime();
        var trial = new Trial(title(), kafka, settings);
        try (trial) {
            course.run(trial);
            ScenarioReport report = trial.conclude();
            trial.close();
            if (report.passed()) {
                trial.deleteDirectory();
            }
            return report;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            // Whatever broke it off, the others shall run, and the report says what it was.
            return ScenarioReport.brokenOff(title(), e.toString(), Duration.ofNanos(System.nanoTime() - begun),
                    trial.directory());
        } finally {
            if (!kafka.isRunning()) {
                kafka.start();
            }
        }
    }
}

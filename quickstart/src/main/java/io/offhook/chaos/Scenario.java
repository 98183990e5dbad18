package io.offhook.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What goes wrong in a scenario, those that take long first. After each of those of the way in every leg has its events in the topic,
 * once, in order and true; after each of the way out every endpoint has every event that the topic owes it, those of a leg in order.
 */
public enum Scenario {
    /** A receiver is down for ten minutes, and then up. */
    RECEIVER_DOWN(DeliveryTrial::new, ReceiverFaults::down),
    /** PostgreSQL is stopped, a dispatcher is killed and started meanwhile, then an endpoint fails. */
    POSTGRES_AWAY(Breaks.POSTGRES, DeliveryTrial::new, StoreFaults::postgresAway),
    /** One of two dispatchers is killed and started again, in turn, under a load that never stops. */
    DISPATCHER_KILLED(DeliveryTrial::new, DispatcherFaults::killed),
    /** The connection is cut under load, with calls that begin and end meanwhile; CDRs tell of them. */
    CUTS_WITH_CDRS(IngestTrial::new, FreeSwitchFaults::cutsWithCdrs),
    /** The same without CDRs: a leg wholly inside a cut shows in the loss estimate alone. */
    CUTS_WITHOUT_CDRS(IngestTrial::new, FreeSwitchFaults::cutsWithoutCdrs),
    /** The connection is cut again before it is known what ended in the first cut. */
    CUT_AGAIN_AT_ONCE(IngestTrial::new, FreeSwitchFaults::cutAgain),
    /** FreeSWITCH is killed and restarted, and nobody recovers its calls. */
    FREESWITCH_KILLED(IngestTrial::new, FreeSwitchFaults::killed),
    /** FreeSWITCH is killed, restarted, and recovers its answered calls. */
    RECOVERED_ON_THE_SAME_NODE(IngestTrial::new, FreeSwitchFaults::recoveredOnTheSameNode),
    /** A node dies for good, and another one recovers its answered calls. */
    RECOVERED_ON_ANOTHER_NODE(IngestTrial::new, FreeSwitchFaults::recoveredOnAnotherNode),
    /** A node recovers the calls of one that lives, so that two nodes have the same legs. */
    RECOVERED_BESIDE_A_LIVING_NODE(IngestTrial::new, FreeSwitchFaults::recoveredBesideALivingNode),
    /** FreeSWITCH's clock is set back under load, and forth again. */
    CLOCK_STEPS_BACK(IngestTrial::new, FreeSwitchFaults::clockStepsBack),
    /** One of two ingestors loses sight of a node that lives, longer than a dead core has. */
    ONE_INGESTOR_LOSES_SIGHT(IngestTrial::new, NetworkFaults::oneIngestorLosesSight),
    /** Nothing passes between FreeSWITCH and the ingestor, though the connection stays. */
    NETWORK_STALLS(IngestTrial::new, NetworkFaults::networkStalls),
    /** A thousand legs stay up over a cut and over a restart of the ingestor. */
    THOUSAND_LEGS_OPEN(IngestTrial::new, NetworkFaults::thousandLegsOpen),
    /** The only ingestor is killed under load and started again. */
    INGESTOR_KILLED(IngestTrial::new, IngestorFaults::killed),
    /** One of two ingestors is killed under load and started again. */
    ONE_OF_TWO_INGESTORS_KILLED(IngestTrial::new, IngestorFaults::oneOfTwoKilled),
    /** An ingestor with a full spool is frozen while Kafka is away, and thawed when the other one has told all. */
    INGESTOR_FROZEN_WITH_A_FULL_SPOOL(Breaks.KAFKA, IngestTrial::new, IngestorFaults::frozenWithAFullSpool),
    /** Kafka is killed in the middle of legs and started again. */
    KAFKA_AWAY(Breaks.KAFKA, IngestTrial::new, IngestorFaults::kafkaAway),
    /** A dispatcher is frozen until another one has its partitions, and thawed. */
    DISPATCHER_FROZEN(DeliveryTrial::new, DispatcherFaults::frozen),
    /** Dispatchers join, leave in order and are killed while receivers are slow. */
    DISPATCHERS_COME_AND_GO(DeliveryTrial::new, DispatcherFaults::comeAndGo),
    /** PostgreSQL is stopped, an endpoint fails, and a dispatcher has to take over the legs of another one that is killed. */
    TAKEN_OVER_WITHOUT_POSTGRES(Breaks.POSTGRES, DeliveryTrial::new, StoreFaults::takenOverWithoutPostgres),
    /** Kafka is killed and started again under dispatchers that deliver and hand off. */
    KAFKA_RESTARTED(Breaks.KAFKA, DeliveryTrial::new, StoreFaults::kafkaRestarted),
    /** Half of the receivers reset or refuse every connection for two seconds, and have their events within seconds after. */
    RECEIVERS_RESET(DeliveryTrial::new, ReceiverFaults::reset),
    /** Receivers take requests and drip answers that never end. */
    RECEIVERS_DRIP(DeliveryTrial::new, ReceiverFaults::drip);

    /** The store that a scenario takes away, which others must not rely on meanwhile. */
    private enum Breaks {
        NO_STORE(Stores::shared), POSTGRES(Stores::withOwnPostgres), KAFKA(Stores::withOwnKafka);

        private final UnaryOperator<Stores> own;

        Breaks(UnaryOperator<Stores> own) {
            this.own = own;
        }

        Stores stores(Stores shared) {
            return own.apply(shared);
        }
    }

    /** Sets the stage of a scenario. */
    interface Stage<T extends Trial> {
        T set(String title, Stores stores, ChaosSettings settings);
    }

    /** What happens on it. */
    interface Course<T extends Trial> {
        void run(T trial) throws Exception;
    }

    private record Play<T extends Trial>(Stage<T> stage, Course<T> course) {

        ScenarioReport perform(String title, Breaks breaks, Stores shared, ChaosSettings settings)
                throws InterruptedException {
            long begun = System.nanoTime();
            Path directory = settings.directory();
            try (Stores stores = breaks.stores(shared)) {
                T trial = stage.set(title, stores, settings);
                directory = trial.directory();
                ScenarioReport report;
                try (trial) {
                    course.run(trial);
                    report = trial.conclude();
                }
                if (report.passed()) {
                    trial.deleteDirectory();
                }
                return report;
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                // Whatever broke it off, the others shall run, and the report says what it was.
                return ScenarioReport.brokenOff(title, e.toString(), Duration.ofNanos(System.nanoTime() - begun),
                        directory);
            }
        }
    }

    private final Breaks breaks;
    private final Play<?> play;

    <T extends Trial> Scenario(Stage<T> stage, Course<T> course) {
        this(Breaks.NO_STORE, stage, course);
    }

    <T extends Trial> Scenario(Breaks breaks, Stage<T> stage, Course<T> course) {
        this.breaks = breaks;
        this.play = new Play<>(stage, course);
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
     * Runs it and ends every process that it started, whatever happens. Others may run beside it.
     *
     * @param shared stores which run; where the scenario breaks one of them it has its own
     * @throws InterruptedException when it is to end early
     */
    public ScenarioReport run(Stores shared, ChaosSettings settings) throws InterruptedException {
        return play.perform(title(), breaks, shared, settings);
    }
}

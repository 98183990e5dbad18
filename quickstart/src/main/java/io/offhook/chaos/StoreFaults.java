package io.offhook.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.offhook.testkit.receiver.Answer;

/** Scenarios in which a store is away from dispatchers. */
final class StoreFaults {

    private static final Duration BETWEEN = Duration.ofSeconds(2);
    private static final Duration SLOW = Duration.ofMillis(50);

    private StoreFaults() {}

    static void postgresAway(DeliveryTrial trial) throws InterruptedException {
        EndpointUnderTest failing = trial.endpoint("failing");
        List<EndpointUnderTest> healthy = List.of(trial.endpoint("quick"), trial.slowEndpoint("slow", SLOW),
                trial.choosyEndpoint());
        ServiceUnderTest survivor = trial.dispatcher("a");
        ServiceUnderTest victim = trial.dispatcher("b");
        trial.begin(survivor, victim);
        trial.stores().postgres().stop();
        trial.awaitLoad(BETWEEN);
        trial.awaitDelivered("while PostgreSQL is away");
        victim.kill();
        // It does not read the topic before it knows the endpoints: all of it is the survivor's.
        victim.launch();
        trial.awaitLoad(BETWEEN);
        trial.awaitDelivered("from the dispatcher that knows the endpoints");
        failing.fail(Answer.status(503));
        trial.awaitLoad(BETWEEN.plus(trial.settings().outage()));
        trial.awaitDelivered("while PostgreSQL is away and one endpoint fails", healthy);
        failing.recover();
        trial.stores().postgres().start();
        victim.awaitReady();
        trial.awaitLoad(BETWEEN);
        trial.awaitDelivered("with PostgreSQL back");
    }

    /** What was handed off for the failing endpoint cannot become rows, and must not hold up the legs of the others. */
    static void takenOverWithoutPostgres(DeliveryTrial trial) throws InterruptedException {
        EndpointUnderTest failing = trial.endpoint("failing");
        List<EndpointUnderTest> healthy = List.of(trial.endpoint("quick"), trial.slowEndpoint("slow", SLOW),
                trial.choosyEndpoint());
        ServiceUnderTest victim = trial.dispatcher("b");
        trial.begin(trial.dispatcher("a"), victim);
        trial.stores().postgres().stop();
        failing.fail(Answer.status(503));
        trial.awaitLoad(BETWEEN);
        victim.kill();
        trial.awaitLoad(BETWEEN);
        trial.awaitDelivered("from the dispatcher that took over without PostgreSQL", healthy);
        failing.recover();
        trial.stores().postgres().start();
        victim.start();
        trial.awaitLoad(BETWEEN);
        trial.awaitDelivered("with PostgreSQL back");
    }

    static void kafkaRestarted(DeliveryTrial trial) throws InterruptedException {
        trial.endpoint("quick");
        trial.slowEndpoint("slow", SLOW);
        trial.choosyEndpoint();
        trial.erringEndpoint();
        trial.begin(trial.dispatcher("a"), trial.dispatcher("b"));
        do {
            trial.stores().kafka().kill();
            trial.awaitLoad(BETWEEN);
            trial.stores().kafka().start();
            trial.awaitLoad(BETWEEN);
            trial.awaitDelivered("with Kafka back");
        } while (trial.again());
    }
}

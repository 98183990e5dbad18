package io.offhook.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.offhook.chaos.StoreOutage.Span;
import io.offhook.testkit.receiver.Answer;

/** Scenarios in which a store is away from dispatchers. */
final class StoreFaults {

    private static final Duration BETWEEN = Duration.ofSeconds(2);
    private static final Duration SLOW = Duration.ofMillis(50);

    /** A hundred times what a healthy endpoint's events take, whatever runs beside; who waits for PostgreSQL is not done by then. */
    private static final Duration UNAFFECTED = Duration.ofSeconds(15);

    private StoreFaults() {}

    static void postgresAway(DeliveryTrial trial) throws InterruptedException {
        EndpointUnderTest failing = trial.endpoint("failing");
        List<EndpointUnderTest> healthy = healthy(trial);
        ServiceUnderTest survivor = trial.dispatcher("a");
        ServiceUnderTest victim = trial.dispatcher("b");
        trial.begin(survivor, victim);
        long quiet = System.currentTimeMillis();
        trial.awaitLoad(BETWEEN);
        // No rows are left that would have to wait for it.
        trial.awaitDelivered("before PostgreSQL is stopped");
        long stopped = System.currentTimeMillis();
        trial.stores().postgres().stop();
        trial.awaitLoad(BETWEEN);
        trial.awaitDelivered("while PostgreSQL is away");
        long killed = System.currentTimeMillis();
        victim.kill();
        // It does not read the topic before it knows the endpoints: all of it is the survivor's.
        victim.launch();
        trial.awaitLoad(BETWEEN);
        trial.awaitDelivered("from the dispatcher that knows the endpoints");
        long handedOver = System.currentTimeMillis();
        failing.fail(Answer.status(503));
        trial.awaitLoad(BETWEEN.plus(trial.settings().severity().postgresAway()));
        long due = System.currentTimeMillis();
        trial.awaitDeliveredWithin(UNAFFECTED, "while PostgreSQL is away and one endpoint fails", healthy);
        trial.compare(new StoreOutage("PostgreSQL", new Span(quiet, stopped), new Span(stopped, due),
                new Span(killed, handedOver), System.currentTimeMillis()));
        failing.recover();
        trial.stores().postgres().start();
        victim.awaitReady();
        trial.awaitLoad(BETWEEN);
        trial.awaitDelivered("with PostgreSQL back");
    }

    private static List<EndpointUnderTest> healthy(DeliveryTrial trial) {
        var healthy = new ArrayList<>(List.of(trial.endpoint("quick"), trial.slowEndpoint("slow", SLOW)));
        healthy.addAll(trial.choosyEndpoints());
        return healthy;
    }

    /** What was handed off for the failing endpoint cannot become rows, and must not hold up the legs of the others. */
    static void takenOverWithoutPostgres(DeliveryTrial trial) throws InterruptedException {
        EndpointUnderTest failing = trial.endpoint("failing");
        List<EndpointUnderTest> healthy = healthy(trial);
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
        trial.choosyEndpoints();
        trial.erringEndpoints();
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

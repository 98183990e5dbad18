package io.offhook.chaos;

import java.time.Duration;

/** Scenarios in which dispatchers die, freeze, come and go. */
final class DispatcherFaults {

    private static final Duration BETWEEN = Duration.ofSeconds(2);
    private static final Duration SLOW = Duration.ofMillis(50);
    /** Requests are under way at every moment, and most of them when partitions change hands. */
    private static final Duration VERY_SLOW = Duration.ofMillis(300);

    private DispatcherFaults() {}

    static void killed(DeliveryTrial trial) throws InterruptedException {
        kindsOfEndpoints(trial);
        ServiceUnderTest victim = trial.dispatcher("a");
        ServiceUnderTest other = trial.dispatcher("b");
        trial.begin(victim, other);
        for (int kill = 0; kill < trial.settings().severity().kills(); kill++) {
            long legs = trial.legs();
            victim.kill();
            trial.awaitLoad(BETWEEN);
            victim.start();
            trial.awaitLoad(BETWEEN);
            // Nobody waits for what the killed one left behind: the next one dies in the middle of it.
            trial.awaitLoadSince(legs, trial.settings().severity().betweenKills());
            ServiceUnderTest next = other;
            other = victim;
            victim = next;
        }
        trial.awaitDelivered("with all kills behind");
    }

    static void frozen(DeliveryTrial trial) throws InterruptedException {
        kindsOfEndpoints(trial);
        ServiceUnderTest victim = trial.dispatcher("a");
        trial.begin(victim, trial.dispatcher("b"));
        do {
            victim.freeze();
            trial.awaitLoad(BETWEEN);
            trial.awaitDelivered("while a dispatcher is frozen");
            // It goes on with requests and queues of partitions that are another's by now.
            victim.thaw();
            trial.awaitLoad(BETWEEN);
            trial.awaitDelivered("after the thaw");
        } while (trial.again());
    }

    private static void kindsOfEndpoints(DeliveryTrial trial) {
        trial.endpoint("quick");
        trial.slowEndpoint("slow", SLOW);
        trial.choosyEndpoints();
        trial.erringEndpoints();
    }

    static void comeAndGo(DeliveryTrial trial) throws InterruptedException {
        trial.endpoint("quick");
        trial.slowEndpoint("slow", VERY_SLOW);
        trial.slowEndpoint("slow too", VERY_SLOW);
        trial.choosyEndpoints();
        trial.erringEndpoints();
        ServiceUnderTest first = trial.dispatcher("a");
        ServiceUnderTest second = trial.dispatcher("b");
        ServiceUnderTest third = trial.dispatcher("c");
        trial.begin(first, second);
        do {
            third.start();
            trial.awaitLoad(BETWEEN);
            trial.require(first.stop() == 0, "a dispatcher did not end in order");
            trial.awaitLoad(BETWEEN);
            first.launch();
            third.kill();
            first.awaitReady();
            trial.awaitLoad(BETWEEN);
        } while (trial.again());
        trial.awaitDelivered("with all changes behind");
    }
}

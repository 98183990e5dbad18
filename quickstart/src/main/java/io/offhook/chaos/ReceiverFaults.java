package io.offhook.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.offhook.testkit.receiver.Answer;

/** Scenarios in which receivers fail: their own events wait, in order, and those of the others do not. */
final class ReceiverFaults {

    private static final Duration BETWEEN = Duration.ofSeconds(2);
    private static final Duration RESET = Duration.ofSeconds(2);
    /**
     * The first probe may still find a reset, the second does not, and a third is there for machines that stall; a fourth would be
     * beyond any patience, so whoever climbs higher than a fault of two seconds is worth is not back in time.
     */
    private static final Map<String, String> FEW_STEPS = Map.of("OFFHOOK_RETRY_SCHEDULE", "1s,5s,5s,1h",
            "OFFHOOK_RETRY_JITTER", "0");
    private static final Duration DRIP = Duration.ofMillis(100);
    private static final int TIMEOUT_SEC = 2;
    /** Longer than the time-out of some requests, so that it is found out what drips. */
    private static final Duration DRIPPING = Duration.ofSeconds(8);

    private ReceiverFaults() {}

    static void reset(DeliveryTrial trial) throws InterruptedException {
        List<EndpointUnderTest> resetting = List.of(trial.endpoint("reset 1"), trial.endpoint("reset 2"));
        EndpointUnderTest refusing = trial.endpoint("refusing");
        trial.endpoint("well 1");
        trial.endpoint("well 2");
        trial.choosyEndpoints();
        trial.begin(trial.dispatcher("a", FEW_STEPS), trial.dispatcher("b", FEW_STEPS));
        do {
            resetting.forEach(endpoint -> endpoint.fail(new Answer.HangUp(Answer.HangUp.How.RESET)));
            refusing.goDown();
            trial.awaitLoad(RESET);
            resetting.forEach(EndpointUnderTest::recover);
            refusing.recover();
            trial.awaitLoad(BETWEEN);
            trial.awaitDelivered("after the resets");
        } while (trial.again());
    }

    static void drip(DeliveryTrial trial) throws InterruptedException {
        List<EndpointUnderTest> dripping = List.of(trial.endpoint("drip 1", TIMEOUT_SEC),
                trial.endpoint("drip 2", TIMEOUT_SEC));
        var well = new ArrayList<>(List.of(trial.endpoint("well 1"), trial.endpoint("well 2")));
        well.addAll(trial.choosyEndpoints());
        trial.begin(trial.dispatcher("a"), trial.dispatcher("b"));
        do {
            dripping.forEach(endpoint -> endpoint.fail(new Answer.Drip(DRIP)));
            trial.awaitLoad(DRIPPING);
            trial.awaitDelivered("while others drip", well);
            dripping.forEach(EndpointUnderTest::recover);
            trial.awaitLoad(BETWEEN);
            trial.awaitDelivered("with nobody dripping");
        } while (trial.again());
    }

    static void down(DeliveryTrial trial) throws InterruptedException {
        EndpointUnderTest down = trial.endpoint("down");
        var up = new ArrayList<>(List.of(trial.endpoint("up 1"), trial.endpoint("up 2")));
        up.addAll(trial.choosyEndpoints());
        trial.beginLightly(trial.dispatcher("a"));
        down.goDown();
        trial.awaitLoad(BETWEEN.plus(trial.settings().severity().receiverDown()));
        trial.awaitDelivered("while another is down", up);
        down.recover();
        trial.awaitLoad(BETWEEN);
        trial.awaitDelivered("with all of them up");
    }
}

package io.offhook.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.offhook.chaos.EventsTopic.Published;
import io.offhook.model.CallAction;
import io.offhook.testkit.freeswitch.CallKind;
import io.offhook.testkit.freeswitch.CallLoad;
import io.offhook.testkit.freeswitch.CallPlan;
import io.offhook.testkit.freeswitch.LegTruth;
import io.offhook.testkit.process.TcpRelay;

/** Scenarios in which what is between FreeSWITCH and an ingestor fails, or an ingestor misses much at once. */
final class NetworkFaults {

    private static final Duration LOAD = Duration.ofSeconds(2);
    private static final Duration CUT = Duration.ofMillis(1500);
    private static final int OPEN_CALLS = 500;
    private static final int OPEN_CALLS_PER_SECOND = 200;
    /** The ingestors write what they hear of a core every 20 s: a shorter bound would suspect a core that another one hears. */
    private static final Map<String, String> CORE_UNHEARD = Map.of("OFFHOOK_RECONCILIATION_CORE_UNHEARD", "22s",
            "OFFHOOK_RECONCILIATION_RECOVERY_GRACE", "2s");

    private NetworkFaults() {}

    static void oneIngestorLosesSight(IngestTrial trial) throws InterruptedException {
        Node living = trial.node("fs1");
        Node dying = trial.node("fs2");
        TcpRelay sight = trial.relayTo(living);
        IngestorUnderTest blind = trial.ingestor("blind", CORE_UNHEARD).listensTo("fs1", sight.port())
                .listensTo(dying);
        IngestorUnderTest seeing = trial.ingestor("seeing", CORE_UNHEARD).listensTo(living).listensTo(dying);
        blind.start();
        seeing.start();
        living.awaitListeners(2);
        dying.awaitListeners(2);
        var lasting = CallPlan.of(CallKind.BRIDGED);
        var up = living.freeSwitch().placeCall(lasting);
        dying.freeSwitch().placeCall(lasting);
        trial.awaitTopic("the answers of both calls", topic -> count(topic, CallAction.ANSWER) == 4);

        sight.refuse();
        sight.cut();
        dying.kill();
        // A core that is dead for certain shows when the blind one would have judged the living one, too.
        trial.awaitTopic("the end of the legs whose core is dead", topic -> count(topic, CallAction.HANGUP) == 2);
        trial.requireNoneDeclaredDead();
        living.generate(trial.load());
        living.awaitCalls(trial.callsIn(LOAD));
        trial.requireNoneDeclaredDead();
        sight.listen();
        living.awaitListeners(2);
        living.awaitCalls(trial.callsIn(LOAD));
        up.hangUp();
    }

    private static long count(EventsTopic topic, CallAction action) {
        return topic.byLeg().values().stream().flatMap(List::stream)
                .map(Published::message).filter(message -> message.action() == action).count();
    }

    static void networkStalls(IngestTrial trial) throws InterruptedException {
        IngestorUnderTest ingestor = trial.ingestor("a",
                Map.of("OFFHOOK_INGESTOR_SILENCE", "2s", "OFFHOOK_INGESTOR_REPLY_TIMEOUT", "1s"));
        Node node = trial.nodeWithCdrs("fs1", ingestor);
        node.gapsAreTold();
        TcpRelay network = trial.relayTo(node);
        ingestor.listensTo("fs1", network.port()).start();
        trial.waiting().until("a live node", () -> ingestor.isUp(node));
        node.generate(trial.load());
        node.awaitCalls(trial.callsIn(LOAD));
        do {
            node.gaps().begin();
            network.stall();
            node.awaitCalls(trial.callsIn(LOAD));
            node.stopGenerating();
            trial.waiting().until("the ingestor to give the connection up", () -> !ingestor.isUp(node));
            network.resume();
            trial.waiting().until("a live node again", () -> ingestor.isUp(node));
            node.gaps().end();
            node.generate(trial.load());
            node.awaitCalls(trial.callsIn(LOAD));
        } while (trial.again());
    }

    static void thousandLegsOpen(IngestTrial trial) throws InterruptedException {
        IngestorUnderTest ingestor = trial.ingestor("a");
        Node node = trial.node("fs1");
        ingestor.listensTo(node).start();
        node.awaitListeners(1);
        node.generate(CallLoad.ofRate(OPEN_CALLS_PER_SECOND).onlyBridged()
                .withRing(Duration.ofMillis(50), Duration.ofMillis(400))
                .withTalk(CallPlan.UNTIL_TOLD, CallPlan.UNTIL_TOLD));
        node.awaitCalls(OPEN_CALLS);
        node.stopGenerating();
        trial.waiting().until("a thousand answered legs", () -> node.freeSwitch().ledger().legs().stream()
                .filter(LegTruth::answered).count() >= 2 * OPEN_CALLS);
        do {
            node.cut(CUT);
            node.awaitListeners(1);
            ingestor.kill();
            node.awaitListeners(0);
            ingestor.start();
            node.awaitListeners(1);
            trial.requireNoneDeclaredDead();
        } while (trial.again());
        node.freeSwitch().hangUpAll("NORMAL_CLEARING");
    }
}

package io.offhook.chaos;

import java.time.Duration;
import java.util.Map;

import io.offhook.testkit.freeswitch.Faults;

/** Scenarios in which FreeSWITCH fails, or is cut off. */
final class FreeSwitchFaults {

    private static final Duration BEFORE = Duration.ofSeconds(2);
    /** Longer than most calls of the load: many live wholly inside. */
    private static final Duration CUT = Duration.ofMillis(1500);
    private static final Duration BETWEEN = Duration.ofSeconds(1);
    /** In which an ingestor finds out which legs there are. */
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(5);
    /** Shorter than the delay of the first question. */
    private static final Duration GLIMPSE = Duration.ofMillis(250);
    /** Only answered legs are recovered. */
    private static final int ANSWERED = 10;
    private static final Duration STEP = Duration.ofMinutes(10);

    private FreeSwitchFaults() {}

    static void cutsWithCdrs(IngestTrial trial) throws InterruptedException {
        IngestorUnderTest ingestor = trial.ingestor("a");
        Node node = trial.nodeWithCdrs("fs1", ingestor);
        cuts(trial, node, ingestor);
    }

    static void cutsWithoutCdrs(IngestTrial trial) throws InterruptedException {
        trial.lossIsEstimated();
        cuts(trial, trial.node("fs1"), trial.ingestor("a"));
    }

    static void cutAgain(IngestTrial trial) throws InterruptedException {
        Node node = trial.node("fs1");
        IngestorUnderTest ingestor = trial.ingestor("a");
        ingestor.listensTo(node).start();
        node.awaitListeners(1);
        node.generate(trial.load());
        node.awaitCalls(trial.callsIn(BEFORE));
        node.cut(CUT);
        node.awaitListeners(1);
        // The node is heard again, but what ended in the cut is not found out yet.
        node.awaitCalls(trial.callsIn(GLIMPSE));
        node.cut(CUT);
        node.awaitListeners(1);
        node.awaitCalls(trial.callsIn(BETWEEN));
    }

    private static void cuts(IngestTrial trial, Node node, IngestorUnderTest ingestor) throws InterruptedException {
        ingestor.listensTo(node).start();
        node.awaitListeners(1);
        // What FreeSWITCH counted before the first heartbeat is not the ingestor's to have seen.
        node.freeSwitch().faults().heartbeatNow();
        node.generate(trial.load());
        node.awaitCalls(trial.callsIn(BEFORE));
        do {
            node.cut(CUT);
            node.awaitListeners(1);
            node.awaitCalls(trial.callsIn(LONG_ENOUGH));
        } while (trial.again());
    }

    static void killed(IngestTrial trial) throws InterruptedException {
        Node node = underLoad(trial);
        do {
            node.kill();
            node.freeSwitch().restart();
            goOn(trial, node);
        } while (trial.again());
    }

    static void recoveredOnTheSameNode(IngestTrial trial) throws InterruptedException {
        Node node = underLoad(trial);
        do {
            node.awaitAnsweredLegs(ANSWERED);
            node.kill();
            node.freeSwitch().restart();
            // An operator, or a script, needs a while; the first events of the new core come before the recovered legs.
            node.awaitListeners(1);
            trial.require(node.freeSwitch().recover() > 0, "nothing was up to be recovered");
            goOn(trial, node);
        } while (trial.again());
    }

    private static Node underLoad(IngestTrial trial) throws InterruptedException {
        Node node = trial.node("fs1");
        trial.ingestor("a").listensTo(node).start();
        node.awaitListeners(1);
        node.generate(trial.load());
        node.awaitCalls(trial.callsIn(BEFORE));
        return node;
    }

    private static void goOn(IngestTrial trial, Node node) throws InterruptedException {
        node.awaitListeners(1);
        node.generate(trial.load());
        node.awaitCalls(trial.callsIn(BEFORE));
    }

    static void recoveredOnAnotherNode(IngestTrial trial) throws InterruptedException {
        recoveredElsewhere(trial, true);
    }

    static void recoveredBesideALivingNode(IngestTrial trial) throws InterruptedException {
        recoveredElsewhere(trial, false);
    }

    private static void recoveredElsewhere(IngestTrial trial, boolean dead) throws InterruptedException {
        Node first = trial.node("fs1");
        Node second = trial.node("fs2");
        // The core of a node that stays dead is judged by its silence.
        trial.ingestor("a", Map.of("OFFHOOK_RECONCILIATION_CORE_UNHEARD", "8s")).listensTo(first)
                .listensTo(second).start();
        first.awaitListeners(1);
        second.awaitListeners(1);
        first.generate(trial.load());
        second.generate(trial.load());
        first.awaitCalls(trial.callsIn(BEFORE));
        first.awaitAnsweredLegs(ANSWERED);
        if (dead) {
            first.kill();
        } else {
            first.stopGenerating();
        }
        trial.require(second.freeSwitch().recoverFrom(first.freeSwitch()) > 0, "nothing was up to be recovered");
        second.awaitCalls(trial.callsIn(BEFORE));
    }

    static void clockStepsBack(IngestTrial trial) throws InterruptedException {
        trial.clocksStep();
        Node node = underLoad(trial);
        Faults faults = node.freeSwitch().faults();
        do {
            faults.stepClock(STEP.negated());
            node.awaitCalls(trial.callsIn(BEFORE));
            faults.stepClock(STEP);
            node.awaitCalls(trial.callsIn(BEFORE));
        } while (trial.again());
    }
}

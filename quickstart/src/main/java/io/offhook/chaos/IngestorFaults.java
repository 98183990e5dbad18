package io.offhook.chaos;

import java.time.Duration;
import java.util.Map;

/** Scenarios in which an ingestor fails, or Kafka behind it. */
final class IngestorFaults {

    private static final Duration LOAD = Duration.ofSeconds(2);
    private static final String SPOOL_BYTES = "offhook_ingestor_spool_bytes";
    private static final String SPOOL_EVENTS = "offhook_ingestor_spool_events";
    /** The least that an ingestor takes: some 200 calls fill its spool, as many more the node's queue behind it. */
    private static final Map<String, String> SMALL_SPOOL = Map.of("OFFHOOK_SPOOL_MAX_BYTES", "1048576",
            "OFFHOOK_SPOOL_MEMORY_EVENTS", "100", "OFFHOOK_SPOOL_AWAY_AFTER", "200ms", "OFFHOOK_INGESTOR_QUEUE_EVENTS",
            "2000");
    private static final Map<String, String> EARLY_SPOOL = Map.of("OFFHOOK_SPOOL_AWAY_AFTER", "200ms");

    private IngestorFaults() {}

    static void killed(IngestTrial trial) throws InterruptedException {
        IngestorUnderTest ingestor = trial.ingestor("a");
        Node node = trial.nodeWithCdrs("fs1", ingestor);
        ingestor.listensTo(node).start();
        node.awaitListeners(1);
        node.generate(trial.load());
        node.awaitCalls(trial.callsIn(LOAD));
        do {
            ingestor.kill();
            node.awaitListeners(0);
            node.awaitCalls(trial.callsIn(LOAD));
            // Every leg that ends now waits for somebody who takes its CDR: however slow the start, there are no more of them.
            node.stopGenerating();
            ingestor.start();
            node.awaitListeners(1);
            node.generate(trial.load());
            node.awaitCalls(trial.callsIn(LOAD));
        } while (trial.again());
    }

    static void oneOfTwoKilled(IngestTrial trial) throws InterruptedException {
        Node node = trial.node("fs1");
        IngestorUnderTest first = trial.ingestor("a").listensTo(node);
        IngestorUnderTest second = trial.ingestor("b").listensTo(node);
        first.start();
        second.start();
        node.awaitListeners(2);
        node.generate(trial.load());
        node.awaitCalls(trial.callsIn(LOAD));
        do {
            first.kill();
            node.awaitListeners(1);
            node.awaitCalls(trial.callsIn(LOAD));
            first.start();
            node.awaitListeners(2);
            node.awaitCalls(trial.callsIn(LOAD));
        } while (trial.again());
    }

    static void frozenWithAFullSpool(IngestTrial trial) throws InterruptedException {
        Node node = trial.node("fs1");
        IngestorUnderTest small = trial.ingestor("small", SMALL_SPOOL).listensTo(node);
        IngestorUnderTest large = trial.ingestor("large", EARLY_SPOOL).listensTo(node);
        small.start();
        large.start();
        node.awaitListeners(2);
        node.generate(trial.load());
        node.awaitCalls(trial.callsIn(LOAD));
        trial.stores().kafka().kill();
        trial.waiting().until("a full spool, and the connection closed", () -> node.freeSwitch().subscribers() == 1);
        trial.require(small.metric(SPOOL_BYTES) > 0, "nothing was spooled");
        small.freeze();
        node.awaitCalls(trial.callsIn(LOAD));
        trial.stores().kafka().start();
        trial.waiting().until("the other ingestor's spool to be empty", () -> large.metric(SPOOL_EVENTS) == 0);
        node.awaitCalls(trial.callsIn(LOAD));
        small.thaw();
        node.awaitListeners(2);
    }

    static void kafkaAway(IngestTrial trial) throws InterruptedException {
        Node node = trial.node("fs1");
        IngestorUnderTest ingestor = trial.ingestor("a", EARLY_SPOOL).listensTo(node);
        ingestor.start();
        node.awaitListeners(1);
        node.generate(trial.load());
        node.awaitCalls(trial.callsIn(LOAD));
        do {
            trial.stores().kafka().kill();
            trial.waiting().until("events in the spool", () -> ingestor.metric(SPOOL_EVENTS) > 0);
            node.awaitCalls(trial.callsIn(LOAD));
            trial.stores().kafka().start();
            trial.waiting().until("an empty spool", () -> ingestor.metric(SPOOL_EVENTS) == 0);
            node.awaitCalls(trial.callsIn(LOAD));
        } while (trial.again());
        trial.require(node.gaps().count() <= 1, "the connection to FreeSWITCH was closed");
        trial.require(node.freeSwitch().faults().lostEvents() == 0, "FreeSWITCH's queue was full");
    }
}

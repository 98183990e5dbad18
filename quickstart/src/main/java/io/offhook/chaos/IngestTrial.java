package io.offhook.chaos;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.offhook.testkit.freeswitch.CallLoad;
import io.offhook.testkit.freeswitch.CdrOptions;
import io.offhook.testkit.freeswitch.SwitchOptions;
import io.offhook.testkit.process.TcpRelay;

/** A scenario of the way in: nodes, ingestors, and every leg in the events topic compared with what happened to it. */
final class IngestTrial extends Trial {

    /** The bounds of an ingestor in seconds where operations have minutes, so that what they lead to is seen soon. */
    private static final Map<String, String> SHORTENED = Map.ofEntries(Map.entry("OFFHOOK_INGESTOR_BACKOFF", "100ms"),
            Map.entry("OFFHOOK_INGESTOR_BACKOFF_MAX", "1s"),
            Map.entry("OFFHOOK_RECONCILIATION_SNAPSHOT_DELAY", "300ms"),
            Map.entry("OFFHOOK_RECONCILIATION_QUESTION_INTERVAL", "500ms"),
            Map.entry("OFFHOOK_RECONCILIATION_RETRY", "500ms"),
            Map.entry("OFFHOOK_RECONCILIATION_INFERENCE_HOLD", "500ms"),
            Map.entry("OFFHOOK_RECONCILIATION_CLOSING_HOLD", "3s"),
            Map.entry("OFFHOOK_RECONCILIATION_ORIGINATE_SEARCH", "2s"),
            Map.entry("OFFHOOK_RECONCILIATION_RECOVERY_GRACE", "4s"), Map.entry("OFFHOOK_CDR_HOLD", "2s"));
    private static final String CDR_USER = "freeswitch";
    private static final String CDR_PASSWORD = "of the scenario";
    /** More tries than any fault lasts: a CDR is lost only with its core. */
    private static final int CDR_RETRIES = 100;
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);
    private static final Duration CDR_PAUSE = Duration.ofSeconds(2);
    private static final Duration CDR_LIMIT = Duration.ofSeconds(5);

    private final List<Node> nodes = new ArrayList<>();
    private final List<IngestorUnderTest> ingestors = new ArrayList<>();
    private final List<TcpRelay> relays = new ArrayList<>();
    private boolean clockSteps;
    private boolean lossEstimated;

    IngestTrial(String name, Stores stores, ChaosSettings settings) {
        super(name, stores, settings);
    }

    /** A node without CDRs. */
    Node node(String nodeName) {
        return node(nodeName, options());
    }

    /** A node that posts its CDRs to these, one after the other until one takes it. */
    Node nodeWithCdrs(String nodeName, IngestorUnderTest... receivers) {
        URI[] urls = Stream.of(receivers).map(IngestorUnderTest::cdrUrl).toArray(URI[]::new);
        return node(nodeName, options().withCdr(CdrOptions.to(urls).withCredentials(CDR_USER, CDR_PASSWORD)
                .withRetries(CDR_RETRIES, CDR_PAUSE).withTimeout(CDR_LIMIT)));
    }

    private SwitchOptions options() {
        // Each node has uuids of its own.
        return SwitchOptions.defaults().withSeed(settings().seed() * 31 + nodes.size()).withHeartbeat(HEARTBEAT);
    }

    private Node node(String nodeName, SwitchOptions options) {
        var node = new Node(nodeName, options, waiting());
        nodes.add(node);
        return node;
    }

    /** An ingestor that does not run yet. */
    IngestorUnderTest ingestor(String ingestorName) {
        return ingestor(ingestorName, Map.of());
    }

    /** @param different variables that are not as in the other scenarios */
    IngestorUnderTest ingestor(String ingestorName, Map<String, String> different) {
        var variables = new HashMap<>(SHORTENED);
        variables.putAll(commonTo(ingestorName));
        variables.putAll(Map.of("OFFHOOK_SPOOL_DIR", directory().resolve("spool").toString(), "OFFHOOK_CDR_USERNAME",
                CDR_USER, "OFFHOOK_CDR_PASSWORD", CDR_PASSWORD));
        variables.putAll(different);
        var ingestor = new IngestorUnderTest(ingestorName, settings().jars().ingestor(), directory(), variables,
                settings().patience());
        ingestors.add(ingestor);
        return ingestor;
    }

    /** A network that can fail between a node and an ingestor. */
    TcpRelay relayTo(Node node) {
        TcpRelay relay = TcpRelay.to(node.freeSwitch().port());
        relays.add(relay);
        return relay;
    }

    /** Calls of all kinds, short enough that many begin and end within one fault. */
    CallLoad load() {
        return CallLoad.ofRate(settings().callsPerSecond())
                .withRing(Duration.ofMillis(50), Duration.ofMillis(400))
                .withTalk(Duration.ofMillis(100), Duration.ofMillis(2500));
    }

    /** The nodes' clocks will not be the broker's. */
    void clocksStep() {
        clockSteps = true;
    }

    /** Legs of which nobody can know show in the estimate of the one ingestor that runs. */
    void lossIsEstimated() {
        lossEstimated = true;
    }

    /** No leg that is up has a hangup, and whatever else is in the topic is true so far. */
    void requireNoneDeclaredDead() throws InterruptedException {
        try (var topic = topic()) {
            waiting().until("the events topic", topic::readOn);
            IngestAudit.of(Leg.of(nodes), topic.byLeg(), clockSteps).violations().stream()
                    .filter(violation -> violation.contains("though it is up")).forEach(this::complain);
        }
    }

    /** Waits until the topic has so many events that a condition picks. */
    void awaitTopic(String what, Predicate<EventsTopic> condition) throws InterruptedException {
        try (var topic = topic()) {
            waiting().until(what, () -> topic.readOn() && condition.test(topic));
        }
    }

    @Override
    void endLoad() throws InterruptedException {
        for (Node node : nodes) {
            node.stopGenerating();
            waiting().until("the end of all calls at " + node.name(), () -> node.freeSwitch().liveCalls() == 0);
        }
    }

    @Override
    Verdict audit(EventsTopic topic) {
        List<Leg> legs = Leg.of(nodes);
        IngestAudit.Findings findings = IngestAudit.of(legs, topic.byLeg(), clockSteps);
        long estimate = lossEstimated ? lossEstimate() : 0;
        var violations = new ArrayList<>(findings.violations());
        if (lossEstimated && estimate < findings.absent()) {
            violations.add("nobody knows of " + findings.absent() + " legs, the loss estimate says " + estimate);
        }
        if (!ingestors.stream().filter(IngestorUnderTest::runs).allMatch(IngestorUnderTest::isIdle)) {
            violations.add("an ingestor still follows legs, or owes Kafka events");
        }
        int gaps = nodes.stream().mapToInt(node -> node.gaps().count()).sum();
        return new Verdict(String.format(Locale.ROOT,
                "%d legs, %d events, %d duplicates, %d gaps; %d inferred (%d ends), %d legs never seen (estimate %d)",
                legs.size(), topic.events(), topic.duplicates(), gaps, findings.inferred(), findings.ends(),
                findings.absent(), estimate), violations);
    }

    private long lossEstimate() {
        return (long) ingestors.getFirst().metric("offhook_ingestor_legs_lost");
    }

    @Override
    public void close() {
        ingestors.forEach(IngestorUnderTest::close);
        relays.forEach(TcpRelay::close);
        nodes.forEach(Node::close);
    }
}

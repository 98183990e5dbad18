package io.offhook.chaos;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.offhook.model.Topics;
import io.offhook.testkit.freeswitch.CallLoad;
import io.offhook.testkit.freeswitch.CdrOptions;
import io.offhook.testkit.freeswitch.SwitchOptions;
import io.offhook.testkit.kafka.KafkaProcess;
import io.offhook.testkit.process.DataDirectory;
import io.offhook.testkit.process.TcpRelay;

/** One scenario as it runs: its nodes, its ingestors, its own topics on a broker that others may share, and the verdict at its end. */
final class Trial implements AutoCloseable {

    /** The bounds of an ingestor in seconds where operations have minutes, so that what they lead to is seen soon. */
    private static final Map<String, String> SHORTENED = Map.ofEntries(Map.entry("OFFHOOK_TOPIC_PARTITIONS", "4"),
            Map.entry("OFFHOOK_INGESTOR_BACKOFF", "100ms"), Map.entry("OFFHOOK_INGESTOR_BACKOFF_MAX", "1s"),
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

    /** Often enough for faults of some hundred milliseconds. */
    private static final Duration LOOK = Duration.ofMillis(50);
    /** All legs are compared with all of the topic. */
    private static final Duration AUDIT_LOOK = Duration.ofMillis(500);

    private final String name;
    private final KafkaProcess kafka;
    private final ChaosSettings settings;
    private final Path directory;
    private final Topics topics;
    private final Waiting waiting;
    private final long begunNanos = System.nanoTime();
    private final List<Node> nodes = new ArrayList<>();
    private final List<IngestorUnderTest> ingestors = new ArrayList<>();
    private final List<TcpRelay> relays = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private boolean clockSteps;
    private boolean lossEstimated;

    Trial(String name, KafkaProcess kafka, ChaosSettings settings) {
        this.name = name;
        this.kafka = kafka;
        this.settings = settings;
        // Topics of an earlier trial of the same scenario are not read again.
        String unique = name + "-" + Long.toString(System.nanoTime(), 36);
        this.directory = DataDirectory.kept(settings.directory().resolve(unique)).path();
        this.topics = new Topics(unique + ".");
        this.waiting = new Waiting(settings.patience(), LOOK);
    }

    /** Where the logs and the spools of its processes are. */
    Path directory() {
        return directory;
    }

    /** Nobody reads the logs of a scenario that passed. To be called when it is closed. */
    void deleteDirectory() {
        new DataDirectory(directory, true).deleteIfTemporary();
    }

    KafkaProcess kafka() {
        return kafka;
    }

    Waiting waiting() {
        return waiting;
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
        return SwitchOptions.defaults().withSeed(settings.seed() * 31 + nodes.size()).withHeartbeat(HEARTBEAT);
    }

    private Node node(String nodeName, SwitchOptions options) {
        var node = new Node(nodeName, options, waiting);
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
        variables.putAll(Map.of("SPRING_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers(), "OFFHOOK_TOPIC_PREFIX",
                topics.prefix(), "OFFHOOK_LOG_DIR", directory.resolve("logs-" + ingestorName).toString(),
                "OFFHOOK_SPOOL_DIR", directory.resolve("spool").toString(), "OFFHOOK_CDR_USERNAME", CDR_USER,
                "OFFHOOK_CDR_PASSWORD", CDR_PASSWORD));
        variables.putAll(different);
        var ingestor = new IngestorUnderTest(ingestorName, settings.ingestorJar(), directory, variables,
                settings.patience());
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
        return CallLoad.ofRate(settings.callsPerSecond())
                .withRing(Duration.ofMillis(50), Duration.ofMillis(400))
                .withTalk(Duration.ofMillis(100), Duration.ofMillis(2500));
    }

    /** The calls that come in so much time. */
    int callsIn(Duration time) {
        return (int) Math.ceil(settings.callsPerSecond() * time.toMillis() / 1000);
    }

    /** Whether the fault is to strike once more. */
    boolean again() {
        return System.nanoTime() - begunNanos < settings.length().toNanos();
    }

    /** The nodes' clocks will not be the broker's. */
    void clocksStep() {
        clockSteps = true;
    }

    /** Legs of which nobody can know show in the estimate of the one ingestor that runs. */
    void lossIsEstimated() {
        lossEstimated = true;
    }

    /** Something beside the topic that had to hold. */
    void require(boolean holds, String otherwise) {
        if (!holds) {
            complaints.add(otherwise);
        }
    }

    /** No leg that is up has a hangup, and whatever else is in the topic is true so far. */
    void requireNoneDeclaredDead() throws InterruptedException {
        try (var topic = topic()) {
            waiting.until("the events topic", topic::readOn);
            Audit.of(Leg.of(nodes), topic.byLeg(), clockSteps).violations().stream()
                    .filter(violation -> violation.contains("though it is up")).forEach(complaints::add);
        }
    }

    /** Waits until the topic has so many events that a condition picks. */
    void awaitTopic(String what, Predicate<EventsTopic> condition) throws InterruptedException {
        try (var topic = topic()) {
            waiting.until(what, () -> topic.readOn() && condition.test(topic));
        }
    }

    /** Lets the calls end, waits until the topic satisfies the truth, and tells what is wrong if it does not. */
    ScenarioReport conclude() throws InterruptedException {
        for (Node node : nodes) {
            node.stopGenerating();
            waiting.until("the end of all calls at " + node.name(), () -> node.freeSwitch().liveCalls() == 0);
        }
        long endedNanos = System.nanoTime();
        try (var topic = topic()) {
            new Waiting(settings.patience(), AUDIT_LOOK).within(() -> topic.readOn() && areIdle() && isRight(topic));
            Audit.Findings findings = findings(topic);
            var violations = new ArrayList<>(complaints);
            violations.addAll(findings.violations());
            violations.addAll(openComplaints(findings));
            if (!areIdle()) {
                violations.add("an ingestor still follows legs, or owes Kafka events");
            }
            return new ScenarioReport(name, Leg.of(nodes).size(), topic.events(), topic.duplicates(),
                    nodes.stream().mapToInt(node -> node.gaps().count()).sum(), findings,
                    lossEstimated ? lossEstimate() : 0, Duration.ofNanos(System.nanoTime() - begunNanos),
                    Duration.ofNanos(System.nanoTime() - endedNanos), violations, directory);
        }
    }

    private EventsTopic topic() {
        return new EventsTopic(kafka.bootstrapServers(), topics.callEvents());
    }

    private Audit.Findings findings(EventsTopic topic) {
        return Audit.of(Leg.of(nodes), topic.byLeg(), clockSteps);
    }

    private boolean isRight(EventsTopic topic) {
        Audit.Findings findings = findings(topic);
        return findings.violations().isEmpty() && openComplaints(findings).isEmpty();
    }

    private boolean areIdle() {
        return ingestors.stream().filter(IngestorUnderTest::runs).allMatch(IngestorUnderTest::isIdle);
    }

    private List<String> openComplaints(Audit.Findings findings) {
        long estimate = lossEstimated ? lossEstimate() : 0;
        return lossEstimated && estimate < findings.absent()
                ? List.of("nobody knows of " + findings.absent() + " legs, the loss estimate says " + estimate)
                : List.of();
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

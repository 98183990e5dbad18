package io.offhook.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.offhook.model.Topics;
import io.offhook.testkit.process.DataDirectory;

/** One scenario as it runs: its processes, its own topics on a broker that others may share, and the verdict at its end. */
abstract class Trial implements AutoCloseable {

    /** Often enough for faults of some hundred milliseconds. */
    private static final Duration LOOK = Duration.ofMillis(50);
    /** Everything that happened is compared with everything that came of it. */
    private static final Duration AUDIT_LOOK = Duration.ofMillis(500);

    /** Enough for two or three to share; a broker has those of all scenarios. */
    private static final String PARTITIONS = "4";

    /**
     * What an audit says.
     *
     * @param counts what was compared, in words
     * @param violations what is wrong, or not yet right
     */
    record Verdict(String counts, List<String> violations) {}

    private final String name;
    private final Stores stores;
    private final ChaosSettings settings;
    private final Path directory;
    private final Topics topics;
    private final Waiting waiting;
    private final long begunNanos = System.nanoTime();
    private final List<String> complaints = new ArrayList<>();

    Trial(String name, Stores stores, ChaosSettings settings) {
        this.name = name;
        this.stores = stores;
        this.settings = settings;
        // Topics of an earlier trial of the same scenario are not read again.
        String unique = name + "-" + Long.toString(System.nanoTime(), 36);
        this.directory = DataDirectory.kept(settings.directory().resolve(unique)).path();
        this.topics = new Topics(unique + ".");
        this.waiting = new Waiting(settings.patience(), LOOK);
    }

    /** Lets what is under way come to its end, and begins nothing new. */
    abstract void endLoad() throws InterruptedException;

    /** @param topic read to its end */
    abstract Verdict audit(EventsTopic topic);

    @Override
    public abstract void close();

    /** Where the logs and the spools of its processes are. */
    Path directory() {
        return directory;
    }

    /** Nobody reads the logs of a scenario that passed. To be called when it is closed. */
    void deleteDirectory() {
        new DataDirectory(directory, true).deleteIfTemporary();
    }

    Stores stores() {
        return stores;
    }

    ChaosSettings settings() {
        return settings;
    }

    Topics topics() {
        return topics;
    }

    Waiting waiting() {
        return waiting;
    }

    /** Variables that every service has, for the one of that name. */
    Map<String, String> commonTo(String service) {
        return Map.of("SPRING_KAFKA_BOOTSTRAP_SERVERS", stores.kafka().bootstrapServers(), "OFFHOOK_TOPIC_PREFIX",
                topics.prefix(), "OFFHOOK_TOPIC_PARTITIONS", PARTITIONS, "OFFHOOK_LOG_DIR",
                directory.resolve("logs-" + service).toString());
    }

    /** The calls that come in so much time. */
    int callsIn(Duration time) {
        return (int) Math.ceil(settings.callsPerSecond() * time.toMillis() / 1000);
    }

    /** Whether the fault is to strike once more. */
    boolean again() {
        return System.nanoTime() - begunNanos < settings.severity().repeating().toNanos();
    }

    /** Something beside what the audit compares that had to hold. */
    void require(boolean holds, String otherwise) {
        if (!holds) {
            complain(otherwise);
        }
    }

    void complain(String complaint) {
        complaints.add(complaint);
    }

    /** To be closed by the caller. */
    EventsTopic topic() {
        return new EventsTopic(stores.kafka().bootstrapServers(), topics.callEvents());
    }

    /** Ends the load, waits until nothing is wrong any more, and tells what is if it does not come to that. */
    final ScenarioReport conclude() throws InterruptedException {
        endLoad();
        long endedNanos = System.nanoTime();
        try (var topic = topic()) {
            boolean settled = new Waiting(settings.patience(), AUDIT_LOOK)
                    .within(() -> topic.readOn() && audit(topic).violations().isEmpty());
            Verdict verdict = audit(topic);
            if (!settled && settings.patience().isOver()) {
                complain("the time of the run is up, and not all was as it has to be yet");
            }
            var violations = new ArrayList<>(complaints);
            violations.addAll(verdict.violations());
            return new ScenarioReport(name, verdict.counts(), Duration.ofNanos(System.nanoTime() - begunNanos),
                    Duration.ofNanos(System.nanoTime() - endedNanos), violations, directory);
        }
    }
}

package io.offhook.testkit.kafka;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

import io.offhook.testkit.process.DataDirectory;
import io.offhook.testkit.process.FreePort;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A real Kafka broker and controller (KRaft, one node) inside this JVM, with its log on disk. It can be stopped and
 * started again on the same directory and port; topics, records and committed offsets stay. Listens on 127.0.0.1, needs
 * about 45 MB of heap and 90 threads. The first start in a JVM takes 3-4 s, later ones half a second.
 *
 * <p>Set for tests: topics are never created by themselves, internal topics have one partition, groups form without a
 * delay. Both group protocols work, the classic one and that of KIP-848.
 *
 * <p>Built on Kafka's own server classes, which are no public API: they stay in this file, and the version is pinned.
 */
public final class EmbeddedKafka implements AutoCloseable {
    private final DataDirectory directory;
    private final int port;
    private final Map<String, String> settings = new HashMap<>();
    private KafkaRaftServer server;

    private EmbeddedKafka(DataDirectory directory, int port) {
        this.directory = directory;
        this.port = port == 0 ? FreePort.find() : port;
    }

    /** A broker on a free port, in a temporary directory that {@link #close()} deletes. */
    public static EmbeddedKafka temporary() {
        return new EmbeddedKafka(DataDirectory.temporary("offhook-kafka-"), 0);
    }

    /**
     * A broker in a directory that is kept.
     *
     * @param directory created and formatted when it is empty
     * @param port 0 for a free one, which then stays the same over all starts of this instance
     */
    public static EmbeddedKafka at(Path directory, int port) {
        return new EmbeddedKafka(DataDirectory.kept(directory), port);
    }

    /** Overrides one broker setting ({@code server.properties} name) for the starts that follow. */
    public EmbeddedKafka setting(String name, String value) {
        settings.put(name, value);
        return this;
    }

    /**
     * Starts the broker and returns when it answers clients.
     *
     * @throws IllegalStateException when it runs already or cannot start (port taken, directory locked by another)
     */
    public synchronized EmbeddedKafka start() {
        if (server != null) {
            throw new IllegalStateException("this broker runs already on port " + port);
        }
        KafkaRaftServer starting = null;
        try {
            formatOnce();
            starting = new KafkaRaftServer(KafkaConfig.fromProps(brokerSettings(), false), Time.SYSTEM);
            starting.startup();
        } catch (Exception e) {
            // A half-started broker would keep its directory locked.
            if (starting != null) {
                starting.shutdown();
            }
            throw new IllegalStateException("Kafka did not start on port " + port + " in " + directory.path(), e);
        }
        server = starting;
        return this;
    }

    /** Stops the broker in order and returns when its files are closed; does nothing when it is down. */
    public synchronized void stop() {
        if (server != null) {
            server.shutdown();
            server.awaitShutdown();
            server = null;
        }
    }

    /** {@link #stop()} and {@link #start()}. */
    public synchronized void restart() {
        stop();
        start();
    }

    public synchronized boolean isRunning() { return server != null; }

    /** For {@code bootstrap.servers}: {@code 127.0.0.1:<port>}. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    public Path directory() {
        return directory.path();
    }

    /** Stops the broker and deletes its directory if that is temporary. */
    @Override
    public void close() {
        stop();
        directory.deleteIfTemporary();
    }

    private void formatOnce() throws Exception {
        if (Files.exists(directory.path().resolve("meta.properties"))) {
            return;
        }
        try (PrintStream silent = new PrintStream(OutputStream.nullOutputStream())) {
            new Formatter().setClusterId(Uuid.randomUuid().toString()).setNodeId(1)
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION).setControllerListenerName("CONTROLLER")
                    .addDirectory(directory.path().toString()).setMetadataLogDirectory(directory.path().toString())
                    .setPrintStream(silent).run();
        }
    }

    private Properties brokerSettings() {
        // The controller's port is told to nobody and may differ at each start.
        int controllerPort = FreePort.find();
        Properties all = new Properties();
        all.put("process.roles", "broker,controller");
        all.put("node.id", "1");
        all.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        all.put("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        all.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        all.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        all.put("controller.listener.names", "CONTROLLER");
        all.put("inter.broker.listener.name", "PLAINTEXT");
        all.put("log.dirs", directory.path().toString());
        all.put("auto.create.topics.enable", "false");
        all.putAll(oneNodeSettings());
        all.putAll(quickSettings());
        all.putAll(smallSettings());
        all.putAll(settings);
        return all;
    }

    private static Map<String, String> oneNodeSettings() {
        return Map.of("offsets.topic.replication.factor", "1", "offsets.topic.num.partitions", "1",
                "transaction.state.log.replication.factor", "1", "transaction.state.log.min.isr", "1",
                "transaction.state.log.num.partitions", "1", "share.coordinator.state.topic.replication.factor", "1",
                "share.coordinator.state.topic.min.isr", "1", "share.coordinator.state.topic.num.partitions", "1");
    }

    private static Map<String, String> quickSettings() {
        return Map.of("group.initial.rebalance.delay.ms", "0",
                // After a kill the old registration has to expire before the broker may come back: 9 s by default.
                "broker.session.timeout.ms", "2000", "broker.heartbeat.interval.ms", "300",
                // KIP-848 groups move one step per heartbeat: 5 s each by default.
                "group.consumer.min.heartbeat.interval.ms", "100", "group.consumer.heartbeat.interval.ms", "300",
                "group.consumer.min.session.timeout.ms", "1000", "group.consumer.session.timeout.ms", "6000",
                "group.min.session.timeout.ms", "1000");
    }

    private static Map<String, String> smallSettings() {
        return Map.of(
                // 128 MiB by default, most of an idle broker's heap.
                "log.cleaner.dedupe.buffer.size", "4194304", "num.network.threads", "1", "num.io.threads", "2",
                "background.threads", "1", "num.recovery.threads.per.data.dir", "1", "group.coordinator.threads", "1",
                "share.coordinator.threads", "1");
    }
}

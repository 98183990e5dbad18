package io.offhook.testkit.kafka;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

import io.offhook.testkit.process.DataDirectory;
import io.offhook.testkit.process.FreePort;
import io.offhook.testkit.process.JavaCommand;
import io.offhook.testkit.process.JavaProcess;
import org.apache.kafka.clients.admin.Admin;

/**
 * The broker of {@link EmbeddedKafka} as a process of its own, which can be killed and frozen and started again on the
 * same directory and port. A start takes 3-5 s, after a kill up to 2 s more: the old registration has to expire.
 *
 * <p>Starts from the class path of this JVM; from inside a Spring Boot archive that is not supported,
 * and both factory methods say so with an {@link IllegalStateException}.
 */
public final class KafkaProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    /** Those of Kafka's own start script: the collector of a child that lives briefly would stop the broker for 18 ms each second. */
    private static final String[] SHIPPED_JVM_OPTIONS = {"-Xms1g", "-Xmx1g", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20",
            "-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent",
            "--enable-native-access=ALL-UNNAMED"};

    private final DataDirectory directory;
    private final int port;
    private final JavaCommand command;
    private JavaProcess process;

    private KafkaProcess(JavaCommand broker, DataDirectory directory, int port) {
        this.directory = directory;
        this.port = port == 0 ? FreePort.find() : port;
        command = broker.arguments(directory.path().resolve("data").toString(), String.valueOf(this.port))
                .outputFile(directory.path().resolve("kafka.log"));
    }

    /** A broker on a free port, in a temporary directory that {@link #close()} deletes. */
    public static KafkaProcess temporary() {
        return new KafkaProcess(JavaCommand.mainClass(KafkaNode.class), DataDirectory.temporary("offhook-kafka-"), 0);
    }

    /** As {@link #temporary()}, in a JVM with the options that Kafka ships: for measurements of what goes through it. */
    public static KafkaProcess asShipped() {
        return new KafkaProcess(JavaCommand.mainClass(KafkaNode.class).jvmOptions(SHIPPED_JVM_OPTIONS),
                DataDirectory.temporary("offhook-kafka-"), 0);
    }

    /**
     * A broker in a directory that is kept.
     *
     * @param directory gets the log in {@code data} and the broker's output in {@code kafka.log}
     * @param port 0 for a free one, which then stays the same over all starts of this instance
     */
    public static KafkaProcess at(Path directory, int port) {
        return new KafkaProcess(JavaCommand.mainClass(KafkaNode.class), DataDirectory.kept(directory), port);
    }

    /**
     * Starts the broker and returns when it answers clients.
     *
     * @throws IllegalStateException when it runs already, or is not ready after three minutes; the message ends with its output
     */
    public synchronized KafkaProcess start() {
        if (isRunning()) {
            throw new IllegalStateException("this broker runs already on port " + port);
        }
        process = command.start();
        try {
            process.waitForLine(Pattern.compile("^" + KafkaNode.READY), START_LIMIT);
            awaitAnswer();
        } catch (RuntimeException e) {
            // A half-started broker would hold directory and port.
            process.sigkill();
            throw e;
        }
        return this;
    }

    /** Stops the broker in order (SIGTERM); does nothing when it is down. */
    public synchronized void stop() {
        if (isRunning()) {
            process.sigterm(STOP_LIMIT);
        }
    }

    /** Kills the broker (SIGKILL) and returns when it is gone. */
    public synchronized void kill() {
        process().sigkill();
    }

    /** Freezes the broker (SIGSTOP): connections stay open, nothing is answered. */
    public synchronized void freeze() {
        process().sigstop();
    }

    /** Lets a frozen broker go on (SIGCONT). */
    public synchronized void thaw() {
        process().sigcont();
    }

    public synchronized boolean isRunning() { return process != null && process.isAlive(); }

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

    /** Kills the broker and deletes its directory if that is temporary. */
    @Override
    public synchronized void close() {
        if (process != null) {
            process.sigkill();
        }
        directory.deleteIfTemporary();
    }

    private JavaProcess process() {
        if (process == null) {
            throw new IllegalStateException("this broker was never started");
        }
        return process;
    }

    private void awaitAnswer() {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            process.waitUntil("an answer to an admin client", () -> answers(admin), START_LIMIT);
        }
    }

    private static boolean answers(Admin admin) {
        try {
            return !admin.describeCluster().nodes().get(1, TimeUnit.SECONDS).isEmpty();
        } catch (ExecutionException | TimeoutException e) {
            // Not up yet: asking again is what the caller does.
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for Kafka", e);
        }
    }
}

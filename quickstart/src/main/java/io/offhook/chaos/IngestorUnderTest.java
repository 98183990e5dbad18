package io.offhook.chaos;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.offhook.testkit.process.FreePort;
import io.offhook.testkit.process.JavaCommand;
import io.offhook.testkit.process.JavaProcess;

/** One ingestor as its runnable jar: started, killed, frozen and started again with the same settings and the same port. */
final class IngestorUnderTest implements AutoCloseable {

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);

    private final String name;
    private final JavaCommand command;
    private final int port = FreePort.find();
    private final Duration patience;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER_LIMIT).build();
    private final Map<String, String> nodes = new HashMap<>();
    private JavaProcess process;

    /** @param settings variables of the environment */
    IngestorUnderTest(String name, Path jar, Path directory, Map<String, String> settings, Duration patience) {
        this.name = name;
        this.patience = patience;
        this.command = JavaCommand.jar(jar).outputFile(directory.resolve(name + ".out"));
        // A full queue of a node takes 20,000 events of 9 kB.
        command.addJvmOptions("-Xmx512m");
        settings.forEach(command::environment);
        command.environment("SERVER_PORT", Integer.toString(port));
    }

    String name() {
        return name;
    }

    /** Where FreeSWITCH posts its CDRs, while this ingestor runs. */
    URI cdrUrl() {
        return URI.create("http://127.0.0.1:" + port + "/cdr");
    }

    /** To be called before the start. */
    IngestorUnderTest listensTo(String node, int nodePort) {
        nodes.put(node, "127.0.0.1:" + nodePort);
        command.environment("OFFHOOK_FREESWITCH_NODES", String.join(",",
                nodes.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).toList()));
        return this;
    }

    IngestorUnderTest listensTo(Node node) {
        return listensTo(node.name(), node.freeSwitch().port());
    }

    /** Starts the process and returns when it is ready. */
    void start() {
        process = command.start();
        process.waitForHttpOk(URI.create("http://127.0.0.1:" + port + "/actuator/health/readiness"), patience);
    }

    boolean runs() {
        return process != null && process.isAlive();
    }

    void kill() {
        process.sigkill();
    }

    void freeze() {
        process.sigstop();
    }

    void thaw() {
        process.sigcont();
    }

    /** The sum of a metric over its labels, 0 where there is none; NaN when the ingestor does not answer. */
    double metric(String metric) {
        return metric(metric, "");
    }

    /** @param label such as {@code node="fs1"} */
    double metric(String metric, String label) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/prometheus"))
                .timeout(ANSWER_LIMIT).build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body().lines()
                    .filter(line -> line.startsWith(metric + " ") || line.startsWith(metric + "{"))
                    .filter(line -> line.contains(label))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
        } catch (IOException e) {
            // It is dead or frozen, which scenarios are about: whoever waits for a value asks again.
            return Double.NaN;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking " + name, e);
        }
    }

    boolean isUp(Node node) {
        return metric("offhook_ingestor_node_up", "node=\"" + node.name() + "\"") == 1;
    }

    /** Whether it owes Kafka nothing and follows no leg. */
    boolean isIdle() {
        return metric("offhook_ingestor_unacknowledged") == 0 && metric("offhook_ingestor_spool_events") == 0
                && metric("offhook_ingestor_legs_open") == 0;
    }

    @Override
    public void close() {
        if (process != null) {
            process.sigkill();
        }
        http.shutdownNow();
    }
}

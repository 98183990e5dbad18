package io.offhook.bench.ingestor;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.offhook.testkit.process.FreePort;
import io.offhook.testkit.process.JavaCommand;
import io.offhook.testkit.process.JavaProcess;

/** The ingestor as it is shipped, listening to the replayed nodes. */
final class IngestorProcess implements AutoCloseable {

    /** As its operator may set it; the compiler and the collector are the JVM's own choice. */
    static final String HEAP = "-Xmx512m";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final JavaProcess process;
    private final URI metrics;

    /** What its counters say. */
    record Counters(double events, double published, Histogram latency) {}

    IngestorProcess(Path jar, Path directory, String brokers, List<ReplayedNode> nodes) throws IOException {
        int port = FreePort.find();
        var entries = new ArrayList<String>();
        for (ReplayedNode node : nodes) {
            entries.add("fs" + (entries.size() + 1) + "=127.0.0.1:" + node.port());
        }
        process = JavaCommand.jar(jar).jvmOptions(HEAP, "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED")
                .environment("SERVER_PORT", Integer.toString(port))
                .environment("SPRING_KAFKA_BOOTSTRAP_SERVERS", brokers)
                .environment("OFFHOOK_FREESWITCH_NODES", String.join(",", entries))
                .environment("OFFHOOK_LOG_DIR", directory.resolve("logs").toString())
                .environment("OFFHOOK_SPOOL_DIR", directory.resolve("spool").toString())
                .outputFile(directory.resolve("ingestor.out")).start();
        metrics = URI.create("http://127.0.0.1:" + port + "/actuator/prometheus");
        process.waitForHttpOk(URI.create("http://127.0.0.1:" + port + "/actuator/health/readiness"), PATIENCE);
        process.waitUntil("a subscription at each node", () -> nodes.stream().allMatch(ReplayedNode::isSubscribed),
                PATIENCE);
    }

    long pid() {
        return process.pid();
    }

    Counters counters() throws IOException, InterruptedException {
        String page = http.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString()).body();
        return new Counters(sum(page, "offhook_ingestor_events_total"), sum(page, "offhook_ingestor_published_total"),
                Histogram.of(page, "offhook_ingestor_latency_seconds"));
    }

    private static double sum(String page, String metric) {
        return page.lines().filter(line -> line.startsWith(metric + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }

    @Override
    public void close() {
        http.shutdownNow();
        process.close();
    }
}

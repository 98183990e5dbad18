package io.offhook.bench.backlog;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import io.offhook.testkit.process.FreePort;
import io.offhook.testkit.process.JavaCommand;
import io.offhook.testkit.process.JavaProcess;

/** The dispatcher as it is shipped. */
final class BacklogDispatcher implements AutoCloseable {

    static final String HEAP = "-Xmx512m";
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final JavaProcess process;
    private final URI metrics;

    BacklogDispatcher(Path jar, Path directory, Map<String, String> settings) throws IOException {
        int port = FreePort.find();
        JavaCommand command = JavaCommand.jar(jar).jvmOptions(HEAP, "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED").environment("SERVER_PORT", Integer.toString(port))
                .environment("OFFHOOK_LOG_DIR", directory.resolve("logs").toString())
                .outputFile(directory.resolve("dispatcher.out"));
        settings.forEach(command::environment);
        process = command.start();
        metrics = URI.create("http://127.0.0.1:" + port + "/actuator/prometheus");
        process.waitForHttpOk(URI.create("http://127.0.0.1:" + port + "/actuator/health/readiness"), PATIENCE);
        process.waitUntil("partitions", () -> sum("offhook_dispatcher_partitions") > 0, PATIENCE);
    }

    /** The samples of one metric, all labels together. */
    double sum(String metric) {
        return page().lines().filter(line -> line.startsWith(metric + "{") || line.startsWith(metric + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }

    String page() {
        try {
            return http.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new IllegalStateException("the dispatcher does not tell its metrics:\n" + process.outputText(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What is in use after a collection, in MiB. */
    long heapMiB() throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process gc = new ProcessBuilder(jcmd.toString(), Long.toString(process.pid()), "GC.run")
                .redirectErrorStream(true).start();
        gc.getInputStream().readAllBytes();
        gc.waitFor();
        double used = page().lines().filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
        return (long) used >> 20;
    }

    /** Resident memory in MiB. */
    long residentMiB() throws IOException {
        var ps = new ProcessBuilder("ps", "-o", "rss=", "-p", Long.toString(process.pid())).start();
        String kilobytes = new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return kilobytes.isEmpty() ? 0 : Long.parseLong(kilobytes) / 1024;
    }

    @Override
    public void close() {
        http.shutdownNow();
        process.close();
    }
}

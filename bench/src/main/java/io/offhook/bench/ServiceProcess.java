package io.offhook.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;

import io.offhook.testkit.process.FreePort;
import io.offhook.testkit.process.JavaCommand;
import io.offhook.testkit.process.JavaProcess;

/** A service as it is shipped: its jar in a process of its own. */
public final class ServiceProcess implements AutoCloseable {

    /** As its operator may set it; the compiler and the collector are the JVM's own choice. */
    public static final String HEAP = "-Xmx512m";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final JavaProcess process;
    private final String url;

    /**
     * Starts it on a free port and returns at once.
     *
     * @param directory gets its logs and what it prints
     * @param environment variables besides the port and the place of the logs
     */
    public ServiceProcess(Path jar, Path directory, Map<String, String> environment, String... moreJvmOptions) {
        int port = FreePort.find();
        url = "http://127.0.0.1:" + port + "/actuator/";
        JavaCommand command = JavaCommand.jar(jar)
                .jvmOptions(HEAP, "--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED")
                .addJvmOptions(moreJvmOptions)
                .environment("SERVER_PORT", Integer.toString(port))
                .environment("OFFHOOK_LOG_DIR", directory.resolve("logs").toString())
                .outputFile(directory.resolve(jar.getFileName() + ".out"));
        environment.forEach(command::environment);
        process = command.start();
    }

    public void awaitReady() {
        process.waitForHttpOk(URI.create(url + "health/readiness"), PATIENCE);
    }

    /** @param what names the condition in the error */
    public void await(String what, BooleanSupplier condition) {
        process.waitUntil(what, condition, PATIENCE);
    }

    /** Of a path on the service. */
    public URI address(String path) {
        return URI.create(url).resolve(path);
    }

    public long pid() {
        return process.pid();
    }

    /** The page that Prometheus reads. */
    public String metrics() {
        try {
            return http.send(HttpRequest.newBuilder(URI.create(url + "prometheus")).build(),
                    HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            // Nothing can be measured without it.
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading metrics", e);
        }
    }

    /** MiB of heap in use after a full collection, which this asks for. */
    public double heapMiB() throws IOException, InterruptedException {
        new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(pid()),
                "GC.run").redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        return metrics().lines().filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum() / (1 << 20);
    }

    /** All series of one metric together; 0 when there is none. */
    public static double sum(String page, String metric) {
        return page.lines().filter(line -> line.startsWith(metric + "{") || line.startsWith(metric + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }

    /** SIGTERM, and waits for the end, so that its consumer groups are empty. */
    public void stop() {
        process.sigterm(PATIENCE);
    }

    @Override
    public void close() {
        http.shutdownNow();
        process.close();
    }
}

package io.offhook.chaos;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import io.offhook.testkit.process.FreePort;
import io.offhook.testkit.process.JavaCommand;
import io.offhook.testkit.process.JavaProcess;

/** One service as its runnable jar: started, stopped, killed, frozen and started again with the same settings and the same port. */
class ServiceUnderTest implements AutoCloseable {

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);

    private final String name;
    private final JavaCommand command;
    private final int port = FreePort.find();
    private final Patience patience;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER_LIMIT).build();
    private JavaProcess process;

    /** @param settings variables of the environment */
    ServiceUnderTest(String name, Path jar, Path directory, Map<String, String> settings, Patience patience) {
        this.name = name;
        this.patience = patience;
        this.command = JavaCommand.service(jar).outputFile(directory.resolve(name + ".out"));
        settings.forEach(command::environment);
        command.environment("SERVER_PORT", Integer.toString(port));
    }

    final String name() {
        return name;
    }

    /** To be changed before a start. */
    final JavaCommand command() {
        return command;
    }

    /** Of a path of the service, whether it runs or not. */
    final URI url(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** Starts the process and returns when it is ready. */
    final void start() {
        launch();
        awaitReady();
    }

    /** Starts the process and returns at once. */
    final void launch() {
        process = command.start();
    }

    final void awaitReady() {
        process.waitForHttpOk(url("/actuator/health/readiness"), patience.left());
    }

    final boolean runs() {
        return process != null && process.isAlive();
    }

    /** Asks for an orderly end and waits for it. @return the exit code */
    final int stop() {
        return process.sigterm(patience.left());
    }

    final void kill() {
        process.sigkill();
    }

    final void freeze() {
        process.sigstop();
    }

    final void thaw() {
        process.sigcont();
    }

    /** The sum of a metric over its labels, 0 where there is none; NaN when the service does not answer. */
    final double metric(String metric) {
        return metric(metric, "");
    }

    /** @param label such as {@code node="fs1"} */
    final double metric(String metric, String label) {
        var request = HttpRequest.newBuilder(url("/actuator/prometheus")).timeout(ANSWER_LIMIT).build();
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

    @Override
    public final void close() {
        if (process != null) {
            process.sigkill();
        }
        http.shutdownNow();
    }
}

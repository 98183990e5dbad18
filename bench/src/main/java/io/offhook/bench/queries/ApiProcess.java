package io.offhook.bench.queries;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.offhook.bench.ServiceProcess;
import io.offhook.testkit.process.FreePort;
import io.offhook.testkit.process.JavaCommand;
import io.offhook.testkit.process.JavaProcess;

/** The API's jar as a process, asked over HTTP. */
final class ApiProcess implements AutoCloseable {

    private static final String KEY = "key-of-the-measurement";

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final JavaProcess process;
    private final String url;

    /** @param settings variables besides the port, the key and the place of the logs */
    ApiProcess(Path root, Path directory, Map<String, String> settings) {
        int port = FreePort.find();
        url = "http://127.0.0.1:" + port;
        var all = new HashMap<>(settings);
        all.put("SERVER_PORT", Integer.toString(port));
        all.put("OFFHOOK_API_ADMIN_KEY", KEY);
        all.put("OFFHOOK_LOG_DIR", directory.resolve("logs").toString());
        JavaCommand command = JavaCommand.jar(root.resolve("endpoint-api/target/endpoint-api.jar"))
                .jvmOptions(ServiceProcess.HEAP, "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED")
                .outputFile(directory.resolve("endpoint-api-" + port + ".out"));
        all.forEach(command::environment);
        process = command.start();
    }

    void awaitReady() {
        process.waitForHttpOk(URI.create(url + "/actuator/health/readiness"), Duration.ofMinutes(4));
    }

    /** @return milliseconds until the answer was read */
    double ask(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url + "/api/v1" + path))
                .header("authorization", "Bearer " + KEY).build();
        long began = System.nanoTime();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        double millis = (System.nanoTime() - began) / 1e6;
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(path + ": " + answer.statusCode() + " " + answer.body());
        }
        return millis;
    }

    @Override
    public void close() {
        http.shutdownNow();
        process.close();
    }
}

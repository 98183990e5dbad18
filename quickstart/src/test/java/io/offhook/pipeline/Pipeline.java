package io.offhook.pipeline;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.offhook.testkit.kafka.KafkaProcess;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import io.offhook.testkit.process.FreePort;
import io.offhook.testkit.process.JavaCommand;
import io.offhook.testkit.process.JavaProcess;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The services as their runnable jars, each a process of its own, on a real broker and a real PostgreSQL. */
final class Pipeline implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final String KEY = "administrator-of-the-tests";

    private final Path directory;
    private final KafkaProcess kafka = KafkaProcess.temporary();
    private final EmbeddedPostgresServer postgres = EmbeddedPostgresServer.temporary();
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final JsonMapper json = new JsonMapper();
    private final Map<String, String> environment = new HashMap<>();
    private final List<JavaProcess> processes = new ArrayList<>();
    private final int apiPort = FreePort.find();

    private Pipeline(Path directory, Map<String, String> settings) {
        this.directory = directory;
        environment.putAll(Map.of("OFFHOOK_EGRESS_ALLOW_CIDRS", "127.0.0.0/8", "OFFHOOK_API_ADMIN_KEY", KEY,
                "OFFHOOK_RETRY_SCHEDULE", "200ms,500ms,1s", "OFFHOOK_RETRY_JITTER", "0", "OFFHOOK_TOPIC_PARTITIONS",
                "8",
                "OFFHOOK_LOG_DIR", directory.resolve("logs").toString(), "SPRING_DATASOURCE_USERNAME", "offhook",
                "SPRING_DATASOURCE_PASSWORD", "offhook"));
        environment.put("OFFHOOK_SPOOL_DIR", directory.resolve("spool").toString());
        environment.putAll(settings);
    }

    /** Starts broker, database, API and whatever else is asked for. */
    static Pipeline start(Path directory, Map<String, String> settings) throws Exception {
        var pipeline = new Pipeline(directory, settings);
        pipeline.startStores();
        pipeline.startApi();
        return pipeline;
    }

    void startStores() throws Exception {
        kafka.start();
        postgres.start();
        environment.put("SPRING_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
        environment.put("SPRING_DATASOURCE_URL", postgres.jdbcUrl());
    }

    void stopStores() throws Exception {
        kafka.stop();
        postgres.stop();
    }

    JavaProcess startApi() throws Exception {
        return start("endpoint-api", apiPort, Map.of());
    }

    JavaProcess startIngestor(String nodes) throws Exception {
        return start("esl-ingestor", FreePort.find(), Map.of("OFFHOOK_FREESWITCH_NODES", nodes));
    }

    JavaProcess startDispatcher() throws Exception {
        return start("webhook-dispatcher", FreePort.find(), Map.of());
    }

    private JavaProcess start(String module, int port, Map<String, String> more) throws Exception {
        JavaCommand command = JavaCommand
                .service(Path.of("..", module, "target", module + ".jar"))
                .environment("SERVER_PORT", Integer.toString(port))
                .outputFile(directory.resolve(module + "-" + port + ".out"));
        environment.forEach(command::environment);
        more.forEach(command::environment);
        JavaProcess process = command.start();
        processes.add(process);
        process.waitForHttpOk(URI.create("http://127.0.0.1:" + port + "/actuator/health/readiness"), PATIENCE);
        return process;
    }

    /** Ends every process at once, as a power cut does. */
    void killServices() {
        for (JavaProcess process : processes) {
            process.sigkill();
        }
        processes.clear();
    }

    /** Registers an endpoint. @return its id */
    String register(String body) throws IOException, InterruptedException {
        HttpResponse<String> response = call("POST", "/endpoints", body);
        if (response.statusCode() != 201) {
            throw new AssertionError(response.statusCode() + " " + response.body());
        }
        return json.readTree(response.body()).get("id").asString();
    }

    /** Asks for all that the topic has of these legs' time to go to an endpoint again. @return the replay's id */
    String replay(String body) throws IOException, InterruptedException {
        HttpResponse<String> response = call("POST", "/replays", body);
        if (response.statusCode() != 202) {
            throw new AssertionError(response.statusCode() + " " + response.body());
        }
        return json.readTree(response.body()).get("id").asString();
    }

    JsonNode replayNow(String id) throws IOException, InterruptedException {
        return json.readTree(call("GET", "/replays/" + id, null).body());
    }

    List<JsonNode> failedWebhooks(String query) throws IOException, InterruptedException {
        var rows = new ArrayList<JsonNode>();
        json.readTree(call("GET", "/failed-webhooks?limit=500&" + query, null).body()).get("data").forEach(rows::add);
        return rows;
    }

    private HttpResponse<String> call(String method, String path, String body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + apiPort + "/api/v1" + path))
                .header("authorization", "Bearer " + KEY).header("content-type", "application/json")
                .method(method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        killServices();
        postgres.close();
        kafka.close();
    }
}

package io.offhook.api;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** What a request leaves behind: its id, its log lines, and nothing secret. */
class RequestTraceTest {

    private static final String ENDPOINTS = "/api/v1/endpoints";

    @TempDir
    private Path logs;
    private RunningApi api;

    @BeforeEach
    void start() {
        api = RunningApi.start(RunningApi.shared().postgres().createDatabase("trace"), Map.of("offhook.log.dir", logs));
    }

    @AfterEach
    void stop() {
        api.jdbc().sql("drop schema public cascade").update();
        api.jdbc().sql("create schema public").update();
        api.close();
    }

    @Test
    void aRequestKeepsItsIdOrGetsOne() {
        assertThat(api.admin().with("x-request-id", "mine-1.2_3").get(ENDPOINTS).header("x-request-id"))
                .isEqualTo("mine-1.2_3");
        for (String bad : List.of("a b", "x".repeat(65), "{}", "a\"b")) {
            assertThat(api.admin().with("x-request-id", bad).get(ENDPOINTS).header("x-request-id")).hasSize(36);
        }
        assertThat(api.admin().get("/actuator/health").header("x-request-id")).hasSize(36);
    }

    @Test
    void anUnexpectedFailureIsAProblemWhoseIdTheLogKnows() throws IOException {
        api.jdbc().sql("alter table failed_webhooks rename to elsewhere").update();

        var answer = api.admin().get("/api/v1/failed-webhooks");

        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.response().body()).doesNotContain("SQL").doesNotContain("Exception")
                .doesNotContain("failed_webhooks\"");
        assertThat(lines()).anySatisfy(line -> {
            assertThat(line.path("request_id").asString()).isEqualTo(answer.text("request_id"));
            assertThat(line.path("error").path("stack_trace").asString()).contains("BadSqlGrammarException");
        });
    }

    @Test
    void eachChangeIsOneLineWithoutSecrets() throws IOException {
        var key = api.admin().post("/api/v1/api-keys",
                Map.of("name", "Robot", "scopes", List.of("read", "write", "admin")));
        var robot = api.as(key.text("key"));
        String given = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";
        var created = robot.post(ENDPOINTS, Map.of("url", "http://127.0.0.1:9/token-in-url", "secret", given, "headers",
                Map.of("authorization", "Bearer receiver-credential")));
        String path = created.header("location");
        var rotated = robot.post(path + "/secret/rotate");
        robot.patch(path, "{\"name\":\"n\",\"headers\":{\"host\":\"hidden\"}}");
        robot.patch(path, "{\"name\":\"n\"}");
        robot.get(path);
        robot.delete(path);
        robot.delete(key.header("location"));

        List<JsonNode> changes = lines().filter(line -> line.has("change")).toList();
        assertThat(changes.stream().map(line -> line.get("change").asString())).containsExactly("api_key.created",
                "endpoint.created", "endpoint.secret_rotated", "endpoint.patched", "endpoint.deleted",
                "api_key.deleted");
        JsonNode line = changes.get(1);
        assertThat(line.get("key_name").asString()).isEqualTo("Robot");
        assertThat(line.get("key_id").asString()).isEqualTo(key.text("id"));
        assertThat(line.get("endpoint_id").asString()).isEqualTo(created.text("id"));
        assertThat(line.get("request_id").asString()).isEqualTo(created.header("x-request-id"));
        assertThat(text()).doesNotContain(key.text("key"), RunningApi.ADMIN_KEY, given, rotated.text("secret"),
                "receiver-credential", "token-in-url", "offhook@", "password=offhook");
    }

    @Test
    void whatTomcatItselfRefusesIsAProblemToo() throws IOException {
        for (String target : List.of("/api/v1/{endpoints}", "/api/v1/endpoints?a=<b>", "/api/v1/%zz")) {
            try (var socket = new Socket("localhost", api.port())) {
                socket.getOutputStream()
                        .write(("GET " + target + " HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(answer).startsWith("HTTP/1.1 400")
                        .containsIgnoringCase("content-type: application/problem+json")
                        .doesNotContain("<html");
            }
        }
    }

    private Stream<JsonNode> lines() throws IOException {
        var json = new JsonMapper();
        return text().lines().map(json::readTree);
    }

    private String text() throws IOException {
        var text = new StringBuilder();
        try (Stream<Path> files = Files.list(logs)) {
            for (Path file : files.toList()) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }
}

package io.offhook.api.endpoint;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import io.offhook.api.ApiClient;
import io.offhook.api.RunningApi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

class TestEventTest {

    private record Received(Headers headers, String body) {}

    private final RunningApi running = RunningApi.shared();
    private final String tenant = "test" + UUID.randomUUID() + ".example";
    private final ApiClient api = running.tenant(tenant);
    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    private volatile int status = 200;
    private HttpServer receiver;

    @BeforeEach
    void startReceiver() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        receiver.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            received.add(new Received(exchange.getRequestHeaders(), body));
            byte[] answer = "thanks".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        receiver.start();
    }

    @AfterEach
    void stopReceiver() {
        receiver.stop(0);
    }

    private String create() {
        var created = api.post("/api/v1/endpoints",
                Map.of("url", "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook",
                        "headers", Map.of("x-team", "sales"), "directions", List.of("inbound")));
        assertThat(created.status()).as(created.toString()).isEqualTo(201);
        return created.header("location");
    }

    @Test
    void eachActionIsSentAtOnceAndItsAttemptAnswered() {
        String path = create();
        for (String action : List.of("originate", "answer", "hangup")) {
            var answer = api.post(path + "/test", Map.of("action", action));

            assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
            assertThat(answer.json().propertyNames()).containsExactly("id", "endpoint_id", "event_id", "uuid", "action",
                    "replay_id", "attempt", "outcome", "status_code", "error", "duration_ms", "response_excerpt",
                    "remote_address", "attempted_at");
            assertThat(answer.json().toString()).contains(
                    "\"replay_id\":null,\"attempt\":1,\"outcome\":\"delivered\",\"status_code\":200,\"error\":null")
                    .contains("\"response_excerpt\":\"thanks\"");
            Received request = received.remove();
            assertThat(request.headers().getFirst("webhook-id")).isEqualTo(answer.text("event_id"))
                    .endsWith("_" + action);
            assertThat(request.headers().getFirst("ce-tenant")).isEqualTo(tenant);
            assertThat(request.headers().getFirst("x-team")).isEqualTo("sales");
            assertThat(request.headers().getFirst("offhook-attempt")).isEqualTo("1");
            var body = new JsonMapper().readTree(request.body());
            assertThat(body.get("action").asString()).isEqualTo(action);
            assertThat(body.get("uuid").asString()).isEqualTo(answer.text("uuid"));
            assertThat(body.get("direction").asString()).isEqualTo("inbound");
        }
    }

    @Test
    void anEndpointInItsGraceIsSentBothSignatures() {
        String path = create();
        api.post(path + "/secret/rotate");

        api.post(path + "/test");

        assertThat(received.remove().headers().getFirst("webhook-signature").split(" ")).hasSize(2)
                .allMatch(signature -> signature.startsWith("v1,"));
    }

    @Test
    void aFailureIsAnAnswerTooAlsoOfADisabledEndpoint() {
        String path = create();
        api.post(path + "/disable");
        status = 503;
        assertThat(api.post(path + "/test").json().toString())
                .contains("\"outcome\":\"failed\",\"status_code\":503,\"error\":\"http_5xx\"");

        receiver.stop(0);
        var refused = api.post(path + "/test");
        assertThat(refused.status()).isEqualTo(200);
        assertThat(refused.json().toString())
                .contains("\"outcome\":\"failed\",\"status_code\":null,\"error\":\"connect_refused\"");
        assertThat(api.get(path).text("health")).isEqualTo("disabled");
    }

    @Test
    void anUnknownActionSendsNothing() {
        String path = create();

        assertThat(api.post(path + "/test", Map.of("action", "ring")).wrongFields()).containsExactly("action");
        assertThat(api.post(path + "/test", Map.of("what", "hangup")).wrongFields()).containsExactly("what");
        assertThat(received).isEmpty();
    }
}

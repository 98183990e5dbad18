package io.offhook.api;

import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HostileBodyTest {

    private static final String ENDPOINTS = "/api/v1/endpoints";
    private static final int LIMIT = 64 * 1024;

    private final RunningApi running = RunningApi.shared();
    private final ApiClient api = running.tenant("hostile" + UUID.randomUUID() + ".example");
    private final String endpoint = api.post(ENDPOINTS, Map.of("url", "http://127.0.0.1:9/")).header("location");

    private record Route(String method, String path) {}

    private List<Route> routes() {
        return List.of(new Route("POST", ENDPOINTS), new Route("PUT", endpoint), new Route("PATCH", endpoint),
                new Route("POST", endpoint + "/secret/rotate"), new Route("POST", endpoint + "/test"),
                new Route("POST", "/api/v1/failed-webhooks/resend"), new Route("POST", "/api/v1/api-keys"),
                new Route("POST", "/api/v1/replays"));
    }

    @Test
    void whatIsNoJsonObjectIsABadRequest() {
        for (String body : List.of("{", "[]", "null", "7", "\"x\"", "{\"a\":1}{", "{\"a\":1} x", "{'a':1}", "{a:1}",
                "{\"a\":01}",
                "{\"a\":NaN}", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "{\"h\":{\"a\":1,\"a\":2}}", "// c\n{}",
                "{\"a\":".repeat(60) + "1" + "}".repeat(60), "[".repeat(60_000), "{\"a\":" + "9".repeat(60_000) + "}",
                "{\"a\":\"\\ud800\"}", "{\"a\":\"\\u0000\"}", "{\"\\u0000\":1}", "{\"a\":[\"\\u0000\"]}")) {
            for (Route route : routes()) {
                var answer = api.sendJson(route.method(), route.path(), body);
                assertThat(answer.status()).as(route + " " + start(body) + answer).isEqualTo(400);
                assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
            }
        }
    }

    @Test
    void aTextThatPostgresCannotStoreIsRefusedOnItsField() {
        for (String field : List.of("name", "url", "tenant", "secret")) {
            String body = "{\"url\":\"http://127.0.0.1:9/\",\"name\":\"n\"}";
            body = body.contains("\"" + field + "\"")
                    ? body.replaceFirst("(\"" + field + "\":\")", "$1\\\\u0000")
                    : body.replace("{", "{\"" + field + "\":\"a\\u0000\",");
            var answer = api.post(ENDPOINTS, body);
            assertThat(answer.wrongFields()).as(answer.toString()).containsExactly(field);
        }
        assertThat(api.post(ENDPOINTS, "{\"url\":\"http://127.0.0.1:9/\",\"headers\":{\"x-a\":\"\\u0000\"}}")
                .wrongFields())
                .containsExactly("headers.x-a");
        assertThat(api.get("/api/v1/failed-webhooks?uuid=%00").wrongFields()).containsExactly("uuid");
        assertThat(api.get("/api/v1/failed-webhooks?%00=a").status()).isEqualTo(400);
        assertThat(api.get("/api/v1/failed-webhooks/%00").status()).isBetween(400, 404);
    }

    @Test
    void randomBytesAndMutilatedBodiesAreNeverAServerError() {
        var random = new Random(42);
        String good = "{\"url\":\"http://127.0.0.1:9/\",\"events\":[\"hangup\"],\"headers\":{\"x-a\":\"b\"},\"max_in_flight\":3,\"tenant\":null}";
        var typed = api.with("content-type", "application/json");
        for (int i = 0; i < 150; i++) {
            byte[] body = good.getBytes(StandardCharsets.UTF_8);
            if (i % 3 == 0) {
                body = new byte[random.nextInt(300)];
                random.nextBytes(body);
            } else {
                for (int k = 0; k <= i % 4; k++) {
                    body[random.nextInt(body.length)] = (byte) random.nextInt(256);
                }
            }
            for (Route route : List.of(routes().get(1), routes().get(2), routes().get(5))) {
                var answer = typed.send(route.method(), route.path(), BodyPublishers.ofByteArray(body));
                assertThat(answer.status()).as(answer.toString()).isLessThan(500);
            }
        }
    }

    @Test
    void everyTypeInEveryFieldIsAnsweredBelow500() {
        List<String> values = List.of("null", "true", "0", "-1", "1e308", "1e400", "-0.0", "2147483648",
                "9223372036854775808", "\"\"", "\"x\"", "[]", "[[]]", "{}", "{\"a\":{}}", "[null]",
                "\"\\ud83d\\ude00\"");
        for (String field : List.of("tenant", "name", "url", "connection_timeout_sec", "request_timeout_sec", "events",
                "directions", "headers", "max_in_flight", "rate_limit_per_sec", "enabled", "secret", "id", "health",
                "scopes", "expires_at", "from", "to", "dry_run", "grace_period_sec", "action", "endpoint_id", "uuid",
                "status", "since",
                "until")) {
            for (String value : values) {
                for (Route route : routes()) {
                    if (route.path().endsWith("/test")) {
                        // Sending is another matter.
                        continue;
                    }
                    var answer = api.sendJson(route.method(), route.path(), "{\"" + field + "\":" + value + "}");
                    assertThat(answer.status()).as(route + " " + field + " " + value + " " + answer).isLessThan(500);
                }
            }
        }
    }

    @Test
    void aBodyAbove64KiBIsTooLargeAlsoWhenItIsChunked() {
        for (Route route : routes()) {
            String fits = "{\"unknown\":\"" + "x".repeat(LIMIT - 14) + "\"}";
            assertThat(fits.length()).isEqualTo(LIMIT);
            assertThat(api.sendJson(route.method(), route.path(), fits).status()).isEqualTo(400);
            byte[] large = (fits + " ").getBytes(StandardCharsets.UTF_8);
            assertThat(api.sendJson(route.method(), route.path(), fits + " ").status()).isEqualTo(413);
            var chunked = api.with("content-type", "application/json").send(route.method(), route.path(),
                    BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)));
            assertThat(chunked.status()).isEqualTo(413);
            assertThat(chunked.header("content-type")).isEqualTo("application/problem+json");
        }
    }

    @Test
    void onlyJsonIsTakenAndGiven() {
        for (Route route : routes()) {
            for (String type : List.of("text/plain", "application/xml", "application/x-www-form-urlencoded", "nonsense",
                    "*/*")) {
                var answer = api.with("content-type", type).sendJson(route.method(), route.path(), "{}");
                assertThat(answer.status()).as(route + " " + type).isEqualTo(415);
                assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
            }
        }
        assertThat(api.send("POST", ENDPOINTS, BodyPublishers.ofString("{}")).status()).isEqualTo(415);
        assertThat(api.with("content-type", "application/merge-patch+json").put(endpoint, "{}").status())
                .isEqualTo(415);
        assertThat(api.with("content-type", "application/json; charset=utf-8").patch(endpoint, "{}").status())
                .isEqualTo(200);
        var unacceptable = api.with("accept", "text/html").get(ENDPOINTS);
        assertThat(unacceptable.status()).isEqualTo(406);
        assertThat(unacceptable.header("content-type")).isEqualTo("application/problem+json");
    }

    @Test
    void wrongMethodsAndPathsAreProblemsToo() {
        var method = api.send("PUT", ENDPOINTS, BodyPublishers.ofString("{}"));
        assertThat(method.status()).isEqualTo(405);
        assertThat(method.header("allow")).contains("GET", "POST");
        var answers = new ArrayList<>(
                List.of(method, api.get("/api/v1/nothing"), api.get("/nothing"), api.get("/error"),
                        api.get("/api/v1/endpoints/not-a-uuid"), api.get("/api/v1/endpoints/1-1-1-1-1"),
                        api.get(ENDPOINTS + "/" + UUID.randomUUID()), api.delete("/api/v1/api-keys/x"),
                        api.post("/api/v1/failed-webhooks/x/resend")));
        for (var answer : answers) {
            assertThat(answer.status()).as(answer.toString()).isIn(404, 405);
            assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
            assertThat(answer.json().get("status").intValue()).isEqualTo(answer.status());
            assertThat(answer.text("request_id")).isEqualTo(answer.header("x-request-id"));
        }
    }

    private static String start(String body) {
        return body.substring(0, Math.min(60, body.length())) + " ";
    }
}

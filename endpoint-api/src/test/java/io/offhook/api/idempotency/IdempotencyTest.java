package io.offhook.api.idempotency;

import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.offhook.api.ApiClient;
import io.offhook.api.ApiClient.Answer;
import io.offhook.api.RunningApi;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class IdempotencyTest {

    private static final String ENDPOINTS = "/api/v1/endpoints";
    private static final Map<String, Object> BODY = Map.of("url", "http://127.0.0.1:9/");

    private final RunningApi running = RunningApi.shared();
    private final String tenant = "once" + UUID.randomUUID() + ".example";
    private final ApiClient api = running.tenant(tenant);
    private final String key = UUID.randomUUID().toString();
    private final ApiClient once = api.with("idempotency-key", key);

    private int endpoints() {
        return api.get(ENDPOINTS + "?limit=500").json().get("data").size();
    }

    @Test
    void theSameRequestIsDoneOnceAndAnsweredAgainWithItsSecret() {
        Answer first = once.post(ENDPOINTS, BODY);
        Answer again = once.post(ENDPOINTS, BODY);

        assertThat(first.status()).isEqualTo(201);
        assertThat(first.header("idempotency-replayed")).isNull();
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.header("idempotency-replayed")).isEqualTo("true");
        assertThat(again.response().body()).isEqualTo(first.response().body()).contains("whsec_");
        for (String header : List.of("location", "etag", "content-type", "content-length", "cache-control")) {
            assertThat(again.header(header)).as(header).isEqualTo(first.header(header));
        }
        assertThat(again.header("x-request-id")).isNotEqualTo(first.header("x-request-id"));
        assertThat(endpoints()).isOne();
        assertThat(api.post(ENDPOINTS, BODY).text("id")).isNotEqualTo(first.text("id"));
        assertThat(api.with("idempotency-key", key + "x").post(ENDPOINTS, BODY).text("id"))
                .isNotEqualTo(first.text("id"));
    }

    @Test
    void everyPostHasItAlsoOneWithoutABody() {
        String endpoint = api.post(ENDPOINTS, BODY).header("location");
        for (String path : List.of(endpoint + "/secret/rotate", endpoint + "/test", endpoint + "/disable",
                "/api/v1/failed-webhooks/resend")) {
            var client = api.with("idempotency-key", path);
            Answer first = path.endsWith("/resend") ? client.post(path, "{}") : client.post(path);
            Answer again = path.endsWith("/resend") ? client.post(path, "{}") : client.post(path);
            assertThat(again.response().body()).as(path).isEqualTo(first.response().body());
            assertThat(again.header("idempotency-replayed")).as(path).isEqualTo("true");
        }
        Answer made = once.post("/api/v1/api-keys", Map.of("name", "n", "scopes", List.of("read")));
        assertThat(once.post("/api/v1/api-keys", Map.of("name", "n", "scopes", List.of("read"))).text("key"))
                .isEqualTo(made.text("key"));
    }

    @Test
    void anotherRequestWithTheKeyIsRefused() {
        String path = once.post(ENDPOINTS, BODY).header("location");

        for (Answer other : List.of(once.post(ENDPOINTS, Map.of("url", "http://127.0.0.1:8/")),
                once.post(ENDPOINTS + "?x=y", BODY), once.post(path + "/disable"))) {
            assertThat(other.status()).as(other.toString()).isEqualTo(422);
            assertThat(other.header("content-type")).isEqualTo("application/problem+json");
        }
        assertThat(endpoints()).isOne();
    }

    @Test
    void theKeyIsTheCallersOwn() {
        Answer mine = once.post(ENDPOINTS, BODY);
        Answer foreign = running.tenant("other-" + tenant).with("idempotency-key", key).post(ENDPOINTS, BODY);

        assertThat(foreign.status()).isEqualTo(201);
        assertThat(foreign.text("id")).isNotEqualTo(mine.text("id"));
        assertThat(running.tenant(tenant, "read").with("idempotency-key", key).post(ENDPOINTS, BODY).status())
                .isEqualTo(403);
        assertThat(api.withoutKey().with("idempotency-key", key).post(ENDPOINTS, BODY).status()).isEqualTo(401);
    }

    @Test
    void whatWasRefusedMayBeTriedAgainAndOtherMethodsIgnoreTheKey() {
        assertThat(once.post(ENDPOINTS, Map.of()).status()).isEqualTo(400);
        assertThat(once.post(ENDPOINTS, "{").status()).isEqualTo(400);
        assertThat(once.post(ENDPOINTS + "/" + UUID.randomUUID() + "/enable").status()).isEqualTo(404);
        assertThat(once.post(ENDPOINTS, "{\"unknown\":\"" + "x".repeat(64 * 1024) + "\"}").status()).isEqualTo(413);
        Answer made = once.post(ENDPOINTS, BODY);
        assertThat(made.status()).isEqualTo(201);
        assertThat(once.patch(made.header("location"), Map.of("name", "n")).status()).isEqualTo(200);

        for (String wrong : List.of("", "two words", "x".repeat(256))) {
            Answer refused = api.with("idempotency-key", wrong).post(ENDPOINTS, BODY);
            assertThat(refused.status()).as(wrong).isEqualTo(400);
            assertThat(refused.wrongFields()).containsExactly("Idempotency-Key");
        }
    }

    @Test
    void whileTheFirstRunsTheOthersAreTold() throws Exception {
        try (var silent = new ServerSocket(0)) {
            String endpoint = api.post(ENDPOINTS, Map.of("url", "http://127.0.0.1:" + silent.getLocalPort() + "/",
                    "request_timeout_sec", 5)).header("location");
            var first = CompletableFuture.supplyAsync(() -> once.post(endpoint + "/test"));
            try (var _ = silent.accept()) {
                // The test event is under way and waits for its answer.
                Answer second = once.post(endpoint + "/test");
                assertThat(second.status()).isEqualTo(409);
                assertThat(second.header("retry-after")).isEqualTo("1");
            }
            assertThat(first.join().status()).isEqualTo(200);
        }
    }

    @Test
    void ofManyAtOnceOneIsDone() {
        List<CompletableFuture<Answer>> all = IntStream.range(0, 24)
                .mapToObj(_ -> CompletableFuture.supplyAsync(() -> once.post(ENDPOINTS, BODY))).toList();

        assertThat(all.stream().map(CompletableFuture::join)).allMatch(a -> a.status() == 201 || a.status() == 409);
        assertThat(all.stream().map(CompletableFuture::join).filter(a -> a.status() == 201).map(a -> a.text("id"))
                .distinct()).hasSize(1);
        assertThat(endpoints()).isOne();
    }

    @Test
    void aDumpOfTheTableGivesNeitherSecretsNorKeysAway() {
        Answer made = once.post("/api/v1/api-keys", Map.of("name", "n", "scopes", List.of("read")));
        var row = running.jdbc().sql("select * from idempotency_keys where body is not null and path = :path")
                .param("path", "/api/v1/api-keys").query().listOfRows();

        assertThat(row).isNotEmpty().allSatisfy(columns -> columns.values().forEach(value -> {
            String text = value instanceof byte[] bytes
                    ? new String(bytes, StandardCharsets.ISO_8859_1)
                    : String.valueOf(value);
            assertThat(text).doesNotContain(made.text("key"), key);
        }));
    }

    @Test
    void anAnswerIsForgottenAfterItsTime() {
        Answer first = once.post(ENDPOINTS, BODY);
        running.jdbc().sql("update idempotency_keys set expires_at = now() where caller_id = (select id::text from"
                + " api_keys where tenant = :tenant)").param("tenant", tenant).update();

        Answer again = once.post(ENDPOINTS, BODY);
        assertThat(again.header("idempotency-replayed")).isNull();
        assertThat(again.text("id")).isNotEqualTo(first.text("id"));
        assertThat(once.post(ENDPOINTS, BODY).text("id")).isEqualTo(again.text("id"));
    }
}

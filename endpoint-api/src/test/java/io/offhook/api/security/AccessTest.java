package io.offhook.api.security;

import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.offhook.api.ApiClient;
import io.offhook.api.FailedRow;
import io.offhook.api.RunningApi;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class AccessTest {

    private static final String KEYS = "/api/v1/api-keys";
    private static final String ENDPOINTS = "/api/v1/endpoints";
    private static final String FAILED = "/api/v1/failed-webhooks";
    private static final String BODY = "{\"url\":\"http://127.0.0.1:9/\"}";

    private final RunningApi running = RunningApi.shared();
    private final String tenant = "access" + UUID.randomUUID() + ".example";
    private final ApiClient own = running.tenant(tenant);
    private final String endpoint = own.post(ENDPOINTS, BODY).header("location");
    private final UUID row = new FailedRow(running.jdbc()).insert(
            UUID.fromString(endpoint.substring(endpoint.lastIndexOf('/') + 1)), tenant, "leg", "hangup", "exhausted",
            Instant.now());
    private final String key = own.post(KEYS, Map.of("name", "k", "scopes", List.of("read"))).header("location");

    private record Route(String method, String path, String body, String scope) {

        ApiClient.Answer call(ApiClient client) {
            return body == null
                    ? client.send(method, path, BodyPublishers.noBody())
                    : client.sendJson(method, path, body);
        }
    }

    /** Every route of the API, those on single resources naming what belongs to the tenant. */
    private List<Route> routes() {
        var all = new ArrayList<>(single());
        all.addAll(List.of(new Route("GET", ENDPOINTS, null, "read"), new Route("POST", ENDPOINTS, BODY, "write"),
                new Route("GET", FAILED, null, "read"), new Route("POST", FAILED + "/resend", "{}", "write"),
                new Route("GET", KEYS, null, "admin"),
                new Route("POST", KEYS, "{\"name\":\"n\",\"scopes\":[\"read\"]}", "admin")));
        return all;
    }

    private List<Route> single() {
        return List.of(new Route("GET", endpoint, null, "read"), new Route("PUT", endpoint, BODY, "write"),
                new Route("PATCH", endpoint, "{\"name\":\"n\"}", "write"),
                new Route("POST", endpoint + "/enable", null, "write"),
                new Route("POST", endpoint + "/disable", null, "write"),
                new Route("POST", endpoint + "/secret/rotate", "{}", "write"),
                new Route("POST", endpoint + "/test", "{}", "write"),
                new Route("DELETE", endpoint, null, "write"), new Route("GET", FAILED + "/" + row, null, "read"),
                new Route("POST", FAILED + "/" + row + "/resend", null, "write"),
                new Route("DELETE", FAILED + "/" + row, null, "write"), new Route("GET", key, null, "admin"),
                new Route("DELETE", key, null, "admin"));
    }

    @Test
    void withoutAValidKeyEveryRouteAnswers401() {
        var expired = running.tenant(tenant);
        running.jdbc().sql("update api_keys set expires_at = now() where tenant = :tenant").param("tenant", tenant)
                .update();
        var nobodies = List.of(own.withoutKey(), running.as("wrong"), running.as(RunningApi.ADMIN_KEY + "x"), expired,
                own,
                own.withoutKey().with("authorization", "Basic eDp5"), own.withoutKey().with("authorization", "Bearer"),
                own.withoutKey().with("authorization", "Bearer "));
        for (Route route : routes()) {
            for (ApiClient nobody : nobodies) {
                var answer = route.call(nobody);
                assertThat(answer.status()).as(route + " " + answer).isEqualTo(401);
                assertThat(answer.header("www-authenticate")).isEqualTo("Bearer");
                assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
            }
        }
        assertThat(own.withoutKey().get("/api/v1/nothing").status()).isEqualTo(401);
        assertThat(own.withoutKey().get("//api/v1/endpoints").status()).isIn(400, 401, 404);
        assertThat(own.withoutKey().get("/api/v1;x=y/endpoints").status()).isIn(400, 401, 404);
        assertThat(own.withoutKey().get("/%61pi/v1/endpoints").status()).isIn(400, 401, 404);
    }

    @Test
    void anotherTenantFindsNothingAndChangesNothing() {
        var foreign = running.tenant("foreign-" + tenant);
        for (Route route : single()) {
            var answer = route.call(foreign);
            assertThat(answer.status()).as(route + " " + answer).isEqualTo(404);
        }
        for (String list : List.of(ENDPOINTS, FAILED, KEYS)) {
            assertThat(foreign.get(list).response().body()).doesNotContain("\"" + tenant + "\"");
        }
        assertThat(foreign.get(FAILED).json().get("data").size()).isZero();
        assertThat(foreign.post(FAILED + "/resend", "{}").json().get("resent").intValue()).isZero();
        assertThat(foreign.post(ENDPOINTS, "{\"url\":\"http://127.0.0.1:9/\",\"tenant\":\"" + tenant + "\"}")
                .wrongFields())
                .containsExactly("tenant");
        assertThat(foreign.post(KEYS, Map.of("name", "n", "scopes", List.of("admin"), "tenant", tenant)).wrongFields())
                .containsExactly("tenant");
        assertThat(foreign.post(KEYS, "{\"name\":\"n\",\"scopes\":[\"admin\"],\"tenant\":null}").wrongFields())
                .containsExactly("tenant");

        assertThat(own.get(endpoint).header("etag")).isEqualTo("\"1\"");
        assertThat(own.get(FAILED + "/" + row).text("status")).isEqualTo("exhausted");
        assertThat(own.get(key).status()).isEqualTo(200);
    }

    @Test
    void aTenantSeesNoEndpointThatBelongsToAll() {
        String global = running.admin().post(ENDPOINTS, BODY).header("location");

        assertThat(own.get(global).status()).isEqualTo(404);
        assertThat(own.get(ENDPOINTS).response().body()).doesNotContain(global.substring(global.lastIndexOf('/') + 1));
        assertThat(running.admin().delete(global).status()).isEqualTo(204);
    }

    @Test
    void aKeyIsShownOnceAndKeptAsAHash() {
        var created = running.admin().post(KEYS, Map.of("name", "CRM", "tenant", tenant.toUpperCase(), "scopes",
                List.of("admin", "read"), "expires_at", "2099-01-01T00:00:00+02:00"));

        assertThat(created.status()).as(created.toString()).isEqualTo(201);
        String secret = created.text("key");
        assertThat(secret).matches("ohk_[A-Za-z0-9_-]{43}");
        assertThat(created.json().propertyNames()).containsExactly("id", "name", "tenant", "scopes", "key_prefix",
                "created_at", "expires_at", "last_used_at", "key");
        assertThat(created.text("tenant")).isEqualTo(tenant);
        assertThat(created.text("expires_at")).isEqualTo("2098-12-31T22:00:00Z");
        assertThat(created.json().get("scopes").toString()).isEqualTo("[\"read\",\"admin\"]");
        assertThat(secret).startsWith(created.text("key_prefix"));
        assertThat(own.get(created.header("location")).json().has("key")).isFalse();
        String stored = running.jdbc().sql("select k::text from api_keys k where id = :id::uuid")
                .param("id", created.text("id")).query(String.class).single();
        assertThat(stored).doesNotContain(secret.substring(12));

        assertThat(running.as(secret).get(ENDPOINTS).status()).isEqualTo(200);
        assertThat(own.delete(created.header("location")).status()).isEqualTo(204);
        assertThat(running.as(secret).get(ENDPOINTS).status()).isEqualTo(401);
    }

    @Test
    void wrongKeysAreRefusedFieldByField() {
        assertThat(own.post(KEYS, "{}").wrongFields()).containsExactlyInAnyOrder("name", "scopes");
        assertThat(own.post(KEYS, "{\"name\":\"\",\"scopes\":[],\"expires_at\":\"2020-01-01T00:00:00Z\",\"key\":\"x\"}")
                .wrongFields())
                .containsExactlyInAnyOrder("name", "scopes", "expires_at", "key");
        assertThat(own.post(KEYS, "{\"name\":\"n\",\"scopes\":[\"root\"],\"expires_at\":5}").wrongFields())
                .containsExactlyInAnyOrder("scopes", "expires_at");
        assertThat(own.with("if-match", "\"2\"").delete(key).status()).isEqualTo(412);
    }

    @Test
    void theLastUseIsWrittenOnceAMinuteOnly() {
        var answer = running.admin().post(KEYS, Map.of("name", "n", "tenant", tenant, "scopes", List.of("read")));
        var client = running.as(answer.text("key"));
        assertThat(own.get(answer.header("location")).json().get("last_used_at").isNull()).isTrue();

        client.get(ENDPOINTS);
        String first = own.get(answer.header("location")).text("last_used_at");
        client.get(ENDPOINTS);
        assertThat(own.get(answer.header("location")).text("last_used_at")).isEqualTo(first);

        running.jdbc().sql("update api_keys set last_used_at = now() - interval '61 seconds' where id = :id::uuid")
                .param("id", answer.text("id")).update();
        client.get(ENDPOINTS);
        assertThat(Instant.parse(own.get(answer.header("location")).text("last_used_at")))
                .isAfterOrEqualTo(Instant.parse(first));
    }

    @Test
    void aKeyEndsAtItsTime() {
        Instant end = Instant.now().plusSeconds(6);
        String secret = running.admin().post(KEYS, Map.of("name", "n", "tenant", tenant, "scopes", List.of("read"),
                "expires_at", end.toString())).text("key");
        assertThat(running.as(secret).get(ENDPOINTS).status()).isEqualTo(200);

        await().atMost(Duration.ofSeconds(30)).until(() -> running.as(secret).get(ENDPOINTS).status() == 401);
        assertThat(Instant.now()).isAfter(end);
    }
}

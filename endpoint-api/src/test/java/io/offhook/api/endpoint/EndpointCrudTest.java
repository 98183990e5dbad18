package io.offhook.api.endpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.offhook.api.ApiClient;
import io.offhook.api.RunningApi;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EndpointCrudTest {

    private static final String PATH = "/api/v1/endpoints";

    private final RunningApi running = RunningApi.shared();
    private final String tenant = "t" + UUID.randomUUID() + ".example";
    private final ApiClient api = running.tenant(tenant);

    @Test
    void aNewEndpointHasTheDocumentedDefaultsAndShowsItsSecretOnce() {
        var created = api.post(PATH, Map.of("url", "http://127.0.0.1:9/hook"));

        assertThat(created.status()).as(created.toString()).isEqualTo(201);
        String id = created.text("id");
        assertThat(created.header("location")).isEqualTo(PATH + "/" + id);
        assertThat(created.header("etag")).isEqualTo("\"1\"");
        assertThat(created.text("secret")).startsWith("whsec_");
        var read = api.get(PATH + "/" + id);
        assertThat(read.status()).isEqualTo(200);
        assertThat(read.header("etag")).isEqualTo("\"1\"");
        assertThat(read.json().propertyNames()).containsExactly("id", "tenant", "name", "url", "connection_timeout_sec",
                "request_timeout_sec", "events", "directions", "headers", "max_in_flight", "rate_limit_per_sec",
                "enabled", "disabled_reason", "health", "created_at", "updated_at");
        assertThat(read.json().toString()).contains(
                "\"tenant\":\"" + tenant + "\",\"name\":\"127.0.0.1\",\"url\":\"http://127.0.0.1:9/hook\","
                        + "\"connection_timeout_sec\":5,\"request_timeout_sec\":15,"
                        + "\"events\":[\"originate\",\"answer\",\"hangup\"],"
                        + "\"directions\":[\"inbound\",\"outbound\",\"local\"],\"headers\":{},\"max_in_flight\":16,"
                        + "\"rate_limit_per_sec\":null,\"enabled\":true,\"disabled_reason\":null,\"health\":\"healthy\"");
    }

    @Test
    void aGivenSecretIsKept() {
        String secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";
        var created = api.post(PATH, Map.of("url", "http://127.0.0.1:9/", "secret", secret));

        assertThat(created.text("secret")).isEqualTo(secret);
        assertThat(secretsOf(created.text("id"))).containsExactly(secret);
    }

    @Test
    void putReplacesAllAndPatchOnlyWhatItNames() {
        String path = create(Map.of("url", "http://127.0.0.1:9/a", "name", "A", "max_in_flight", 3, "headers",
                Map.of("X-Team", "sales", "x-key", "k")));

        var put = api.put(path,
                Map.of("url", "http://127.0.0.1:9/b", "headers", Map.of("x-team", "sales", "x-key", "k")));
        assertThat(put.status()).as(put.toString()).isEqualTo(200);
        assertThat(put.text("name")).isEqualTo("127.0.0.1");
        assertThat(put.json().get("max_in_flight").intValue()).isEqualTo(16);
        assertThat(put.header("etag")).isEqualTo("\"2\"");

        var patched = api.with("content-type", "application/merge-patch+json").patch(path,
                "{\"max_in_flight\":5,\"headers\":{\"X-TEAM\":null,\"X-New\":\"n\"},\"rate_limit_per_sec\":7}");
        assertThat(patched.status()).as(patched.toString()).isEqualTo(200);
        assertThat(patched.json().get("headers").toString()).isEqualTo("{\"x-key\":\"k\",\"x-new\":\"n\"}");
        assertThat(patched.text("url")).isEqualTo("http://127.0.0.1:9/b");
        assertThat(patched.json().get("rate_limit_per_sec").intValue()).isEqualTo(7);

        var defaulted = api.patch(path, "{\"max_in_flight\":null,\"rate_limit_per_sec\":null}");
        assertThat(defaulted.json().get("max_in_flight").intValue()).isEqualTo(16);
        assertThat(defaulted.json().get("rate_limit_per_sec").isNull()).isTrue();
        assertThat(api.patch(path, "{\"url\":null}").wrongFields()).containsExactly("url");
    }

    @Test
    void whatWasReadCanBeWrittenBackAndChangesNothing() {
        String path = create(Map.of("url", "http://127.0.0.1:9/a"));
        var read = api.get(path);

        var put = api.put(path, read.json());

        assertThat(put.status()).as(put.toString()).isEqualTo(200);
        assertThat(put.json()).isEqualTo(read.json());
        assertThat(put.header("etag")).isEqualTo(read.header("etag"));
    }

    @Test
    void disablingIsManualAndEnablingUndoesIt() {
        String path = create(Map.of("url", "http://127.0.0.1:9/a"));

        var disabled = api.post(path + "/disable");
        assertThat(disabled.json().toString())
                .contains("\"enabled\":false,\"disabled_reason\":\"manual\",\"health\":\"disabled\"");
        assertThat(api.post(path + "/disable").header("etag")).isEqualTo(disabled.header("etag")).isEqualTo("\"2\"");
        assertThat(api.post(path + "/enable").json().toString()).contains("\"enabled\":true,\"disabled_reason\":null");
    }

    @Test
    void anEndpointDisabledAsGoneStaysGoneUntilItIsEnabled() {
        String path = create(Map.of("url", "http://127.0.0.1:9/a"));
        running.jdbc().sql("update endpoints set enabled = false, disabled_reason = 'gone' where id = :id::uuid")
                .param("id", idOf(path)).update();

        assertThat(api.patch(path, "{\"name\":\"n\"}").text("disabled_reason")).isEqualTo("gone");
        assertThat(api.post(path + "/enable").json().get("disabled_reason").isNull()).isTrue();
    }

    @Test
    void aFailingEndpointThatIsChangedIsProbedAtOnce() {
        String id = api.post("/api/v1/endpoints", Map.of("url", "http://127.0.0.1:9/")).text("id");
        running.jdbc().sql("""
                insert into endpoint_lanes (endpoint_id, breaker, step, probe_at)
                values (:id::uuid, 'open', 6, now() + interval '30 minutes')""").param("id", id).update();
        assertThat(api.patch("/api/v1/endpoints/" + id, Map.of("url", "http://127.0.0.1:10/")).status()).isEqualTo(200);
        assertThat(running.jdbc()
                .sql("select probe_at <= now() and step = 1 from endpoint_lanes where endpoint_id = :id::uuid")
                .param("id", id).query(Boolean.class).single()).isTrue();
    }

    @Test
    void healthComesFromTheLaneAndMovesNeitherTagNorTime() {
        String path = create(Map.of("url", "http://127.0.0.1:9/a"));
        var before = api.get(path);

        running.jdbc()
                .sql("insert into endpoint_lanes (endpoint_id, breaker, degraded) values (:id::uuid, 'closed', true)")
                .param("id", idOf(path)).update();
        assertThat(api.get(path).text("health")).isEqualTo("degraded");
        running.jdbc().sql("update endpoint_lanes set breaker = 'open' where endpoint_id = :id::uuid")
                .param("id", idOf(path)).update();

        var after = api.with("if-none-match", before.header("etag")).get(path);
        assertThat(after.status()).isEqualTo(200);
        assertThat(after.text("health")).isEqualTo("failing");
        assertThat(after.header("etag")).isEqualTo(before.header("etag"));
        assertThat(after.text("updated_at")).isEqualTo(before.text("updated_at"));
    }

    @Test
    void aPreconditionThatNamesAnotherVersionChangesNothing() {
        String path = create(Map.of("url", "http://127.0.0.1:9/a"));
        for (String stale : List.of("\"2\"", "W/\"1\"", "1", "\"0\", W/\"1\"", "")) {
            var at = api.with("if-match", stale);
            assertThat(at.put(path, Map.of("url", "http://127.0.0.1:9/b")).status()).as(stale).isEqualTo(412);
            assertThat(at.patch(path, "{\"name\":\"n\"}").status()).as(stale).isEqualTo(412);
            assertThat(at.delete(path).status()).as(stale).isEqualTo(412);
        }
        assertThat(api.get(path).header("etag")).isEqualTo("\"1\"");

        assertThat(api.with("if-match", "\"7\", \"1\"").patch(path, "{\"name\":\"n\"}").status()).isEqualTo(200);
        assertThat(api.with("if-match", "*").patch(path, "{\"name\":\"m\"}").header("etag")).isEqualTo("\"3\"");
        assertThat(api.with("if-match", "\"3\"").delete(path).status()).isEqualTo(204);
        assertThat(api.with("if-match", "*").delete(path).status()).isEqualTo(404);
    }

    @Test
    void aListIsReadInPartsWithoutLossOrRepeat() {
        List<String> ids = List.of("a", "b", "c", "d", "e").stream()
                .map(name -> idOf(create(Map.of("url", "http://127.0.0.1:9/" + name)))).toList();

        var first = api.get(PATH + "?limit=2");
        var second = api.get(PATH + "?limit=2&cursor=" + first.text("next_cursor"));
        var third = api.get(PATH + "?limit=2&cursor=" + second.text("next_cursor"));

        var read = new ArrayList<String>();
        List.of(first, second, third)
                .forEach(page -> page.json().get("data").forEach(e -> read.add(e.get("id").asString())));
        assertThat(read).isEqualTo(ids);
        assertThat(third.json().get("next_cursor").isNull()).isTrue();
        assertThat(api.get(PATH).json().get("data").size()).isEqualTo(5);
    }

    @Test
    void limitsAndCursorsThatAreNoneAreRefused() {
        for (String query : List.of("limit=0", "limit=501", "limit=x", "limit=-1", "limit=1.5", "limit=99999999999")) {
            assertThat(api.get(PATH + "?" + query).wrongFields()).as(query).containsExactly("limit");
        }
        for (String cursor : List.of("x", "AAAA", "%00", "A".repeat(43), "A".repeat(5000))) {
            assertThat(api.get(PATH + "?cursor=" + cursor).wrongFields()).as(cursor).containsExactly("cursor");
        }
        assertThat(api.get(PATH + "?nonsense=1").wrongFields()).containsExactly("nonsense");
        assertThat(api.get(PATH + "?limit=1&limit=2").wrongFields()).containsExactly("limit");
    }

    @Test
    void theOldSecretSignsUntilItsGraceEnds() {
        String path = create(Map.of("url", "http://127.0.0.1:9/a"));
        String first = secretsOf(idOf(path)).getFirst();

        var rotated = api.post(path + "/secret/rotate", Map.of("grace_period_sec", 3600));
        assertThat(rotated.status()).as(rotated.toString()).isEqualTo(200);
        assertThat(secretsOf(idOf(path))).containsExactly(rotated.text("secret"), first);
        assertThat(rotated.text("previous_expires_at")).isNotEmpty();
        assertThat(api.get(path).header("etag")).isEqualTo("\"1\"");

        var leaked = api.post(path + "/secret/rotate", Map.of("grace_period_sec", 0));
        assertThat(secretsOf(idOf(path))).containsExactly(leaked.text("secret"));
        assertThat(api.post(path + "/secret/rotate").status()).isEqualTo(200);
        for (Object wrong : List.of(-1, 604_801, "1", 1.5)) {
            assertThat(api.post(path + "/secret/rotate", Map.of("grace_period_sec", wrong)).wrongFields())
                    .containsExactly("grace_period_sec");
        }
        for (int i = 2; i < 10; i++) {
            assertThat(api.post(path + "/secret/rotate").status()).isEqualTo(200);
        }
        assertThat(api.post(path + "/secret/rotate").status()).isEqualTo(409);
    }

    private String create(Map<String, Object> body) {
        var created = api.post(PATH, body);
        assertThat(created.status()).as(created.toString()).isEqualTo(201);
        return created.header("location");
    }

    private static String idOf(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private List<String> secretsOf(String id) {
        return running.jdbc().sql("""
                select secret from endpoint_secrets where endpoint_id = :id::uuid
                and (expires_at is null or expires_at > now()) order by created_at desc""").param("id", id)
                .query(String.class).list();
    }
}

package io.offhook.api.security;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;

import io.offhook.api.ApiClient;
import io.offhook.api.FailedRow;
import io.offhook.api.RunningApi;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class AuditLogTest {

    private static final String LOG = "/api/v1/audit-log";
    private static final String ENDPOINTS = "/api/v1/endpoints";
    private static final String FAILED = "/api/v1/failed-webhooks";

    private final RunningApi running = RunningApi.shared();
    private final String tenant = "audit" + UUID.randomUUID() + ".example";
    private final ApiClient own = running.tenant(tenant);

    private List<JsonNode> entries(String query) {
        var answer = own.get(LOG + query);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return StreamSupport.stream(answer.json().get("data").spliterator(), false).toList();
    }

    private List<String> actions(String query) {
        return entries(query).stream().map(entry -> entry.get("action").asString()).toList();
    }

    @Test
    void everyChangeIsThereWithWhatWasAndWhatCame() {
        var created = own.with("x-request-id", "the-request").post(ENDPOINTS, Map.of("url", "http://127.0.0.1:9/",
                "headers", Map.of("authorization", "Bearer receiver-credential", "x-team", "sales")));
        String endpoint = created.header("location");
        own.patch(endpoint, "{\"name\":\"renamed\",\"headers\":{\"x-team\":\"support\"}}");
        own.patch(endpoint, "{\"name\":\"renamed\"}");
        own.patch(endpoint, "{\"name\":5}");
        own.post(endpoint + "/disable");
        own.post(endpoint + "/secret/rotate");
        own.post(endpoint + "/test");
        UUID row = new FailedRow(running.jdbc()).insert(UUID.fromString(created.text("id")), tenant, "leg", "hangup",
                "exhausted", Instant.now());
        own.post(FAILED + "/" + row + "/resend");
        own.delete(FAILED + "/" + row);
        own.post(FAILED + "/resend", "{\"action\":\"hangup\"}");
        var key = own.post("/api/v1/api-keys", Map.of("name", "Robot", "scopes", List.of("read")));
        own.delete(key.header("location"));
        own.delete(endpoint);

        assertThat(actions("")).containsExactly("endpoint.deleted", "api_key.deleted", "api_key.created",
                "failed_webhooks.resent", "failed_webhook.discarded", "failed_webhook.resent", "endpoint.tested",
                "endpoint.secret_rotated", "endpoint.disabled", "endpoint.patched", "endpoint.created",
                "api_key.created");
        List<JsonNode> all = entries("?resource_id=" + created.text("id"));
        assertThat(all).hasSize(6);
        JsonNode creation = all.getLast();
        assertThat(creation.get("request_id").asString()).isEqualTo("the-request");
        assertThat(creation.get("tenant").asString()).isEqualTo(tenant);
        assertThat(creation.get("key_name").asString()).isEqualTo("key of " + tenant);
        assertThat(creation.get("before").isNull()).isTrue();
        assertThat(creation.at("/after/headers").toString())
                .isEqualTo("{\"x-team\":\"***\",\"authorization\":\"***\"}");
        JsonNode patched = all.get(4);
        assertThat(patched.at("/before/name").asString()).isEqualTo("127.0.0.1");
        assertThat(patched.at("/after/name").asString()).isEqualTo("renamed");
        assertThat(patched.at("/after/headers/x-team").asString()).isEqualTo("*** (changed)");
        assertThat(patched.at("/after/headers/authorization").asString()).isEqualTo("***");
        assertThat(all.get(3).at("/after/enabled").booleanValue()).isFalse();
        assertThat(all.get(2).at("/details/grace_period_sec").intValue()).isEqualTo(86_400);
        assertThat(all.getFirst().get("after").isNull()).isTrue();
        assertThat(entries("?action=failed_webhooks.resent").getFirst().get("details").toString())
                .contains("\"resent\": 1".replace(" ", ""), "\"action\":\"hangup\"");
        assertThat(entries("?action=failed_webhook.discarded").getFirst().at("/before/status").asString())
                .isEqualTo("pending");
        assertThat(own.get(LOG).response().body()).doesNotContain("receiver-credential", "whsec_", key.text("key"));
    }

    @Test
    void eachFilterKeepsWhatItNamesAndPagesStayStableUnderWrites() {
        var other = running.tenant(tenant, "write");
        for (int i = 0; i < 5; i++) {
            own.post(ENDPOINTS, Map.of("url", "http://127.0.0.1:9/", "name", "n" + i));
        }
        other.post(ENDPOINTS, Map.of("url", "http://127.0.0.1:9/", "name", "other"));

        assertThat(entries("?action=endpoint.created")).hasSize(6);
        assertThat(entries("?resource_type=api_key")).hasSize(2);
        String otherKey = entries("?action=endpoint.created&limit=1").getFirst().get("key_id").asString();
        assertThat(entries("?key_id=" + otherKey)).hasSize(1);
        String third = entries("?action=endpoint.created").get(2).get("changed_at").asString();
        assertThat(entries("?action=endpoint.created&since=" + third)).hasSize(3);
        assertThat(entries("?action=endpoint.created&until=" + third)).hasSize(3);
        for (String wrong : List.of("since=soon", "key_id=%00", "unknown=1", "limit=0", "cursor=x")) {
            assertThat(own.get(LOG + "?" + wrong).status()).as(wrong).isEqualTo(400);
        }

        var seen = new ArrayList<String>();
        String cursor = "";
        do {
            var page = own.get(LOG + "?action=endpoint.created&limit=2" + cursor).json();
            page.get("data").forEach(entry -> seen.add(entry.at("/after/name").asString()));
            cursor = page.get("next_cursor").isNull() ? null : "&cursor=" + page.get("next_cursor").asString();
            own.post(ENDPOINTS, Map.of("url", "http://127.0.0.1:9/", "name", "late"));
        } while (cursor != null);
        assertThat(seen).containsExactly("other", "n4", "n3", "n2", "n1", "n0");
    }

    @Test
    void aTenantSeesWhatWasChangedOfItsOwnWhoeverDidItAndNothingElse() {
        String mine = running.admin().post(ENDPOINTS, Map.of("url", "http://127.0.0.1:9/", "tenant", tenant))
                .header("location");
        String global = running.admin().post(ENDPOINTS, Map.of("url", "http://127.0.0.1:9/")).header("location");
        assertThat(entries("?action=endpoint.created").getFirst().get("key_id").asString()).isEqualTo("bootstrap");

        running.admin().patch(mine, Map.of("tenant", "elsewhere-" + tenant));
        running.admin().delete(global);
        running.admin().delete(mine);

        assertThat(actions("?resource_type=endpoint")).containsExactly("endpoint.created");
        assertThat(running.tenant("elsewhere-" + tenant).get(LOG).response().body()).doesNotContain("\"" + tenant);
        assertThat(running.admin().get(LOG + "?limit=10").response().body()).contains("elsewhere-" + tenant);
        assertThat(running.tenant(tenant, "read", "write").get(LOG).status()).isEqualTo(403);
    }

    @Test
    void aChangeThatCannotBeRecordedIsNotMade() {
        try (var api = RunningApi.start(running.postgres().createDatabase("unrecorded"), Map.of())) {
            String endpoint = api.admin().post(ENDPOINTS, Map.of("url", "http://127.0.0.1:9/")).header("location");
            api.jdbc().sql("alter table audit_log add check (action = 'nothing') not valid").update();

            assertThat(api.admin().post(ENDPOINTS, Map.of("url", "http://127.0.0.1:9/")).status()).isEqualTo(500);
            assertThat(api.admin().patch(endpoint, "{\"name\":\"renamed\"}").status()).isEqualTo(500);
            assertThat(api.admin().post(endpoint + "/secret/rotate").status()).isEqualTo(500);
            assertThat(api.admin().delete(endpoint).status()).isEqualTo(500);

            assertThat(api.admin().get(ENDPOINTS).json().get("data").size()).isEqualTo(1);
            assertThat(api.admin().get(endpoint).text("name")).isEqualTo("127.0.0.1");
            assertThat(api.jdbc().sql("select count(*) from endpoint_secrets").query(Integer.class).single()).isOne();
        }
    }

    @Test
    void whatIsPastItsTimeIsSwept() {
        try (var api = RunningApi.start(running.postgres().createDatabase("swept"),
                Map.of("offhook.api.sweep.interval", "1s", "offhook.api.audit-log.retention", "30d",
                        "offhook.api.idempotency.max-per-caller", 2))) {
            for (int i = 0; i < 4; i++) {
                api.admin().with("idempotency-key", "key" + i).post(ENDPOINTS, Map.of("url", "http://127.0.0.1:9/"));
            }
            api.jdbc().sql("""
                    update audit_log set changed_at = now() - interval '31 days'
                    where id in (select id from audit_log order by changed_at limit 3)""").update();
            api.jdbc().sql("insert into idempotency_keys (lookup, caller_id, method, path, fingerprint, claim_id,"
                    + " expires_at) values ('a', 'c', 'POST', '/', 'f', gen_random_uuid(), now())").update();

            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                assertThat(count(api, "audit_log")).isOne();
                assertThat(count(api, "idempotency_keys")).isEqualTo(2);
            });
            assertThat(api.jdbc().sql("select caller_id from idempotency_keys").query(String.class).list())
                    .containsOnly("bootstrap");
        }
    }

    private static int count(RunningApi api, String table) {
        return api.jdbc().sql("select count(*) from " + table).query(Integer.class).single();
    }
}

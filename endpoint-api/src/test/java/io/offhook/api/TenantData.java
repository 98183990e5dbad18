package io.offhook.api;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import io.offhook.api.call.CallSite;
import io.offhook.api.call.SampleLeg;

import static org.awaitility.Awaitility.await;

/**
 * A tenant with one of everything that the API has, for tests that try every route. A new kind of resource is added here: those tests
 * fail at a route for which there is nothing.
 */
final class TenantData {

    private final String tenant;
    private final ApiClient client;
    /** By the path of its collection: the value of the path's variable, which also shows that a list holds it. */
    private final Map<String, String> ids = new LinkedHashMap<>();

    private TenantData(String tenant, ApiClient client) {
        this.tenant = tenant;
        this.client = client;
    }

    static TenantData make(CallSite.Shared shared, String tenant) {
        RunningApi running = shared.api();
        String leg = "leg-of-" + tenant;
        var data = new TenantData(tenant, running.tenant(tenant));
        String endpoint = data.client.post("/api/v1/endpoints", Map.of("url", "http://127.0.0.1:9/")).text("id");
        UUID row = new FailedRow(running.jdbc()).insert(UUID.fromString(endpoint), tenant, leg, "hangup", "exhausted",
                Instant.now());
        data.ids.put("/api/v1/endpoints", endpoint);
        data.ids.put("/api/v1/failed-webhooks", row.toString());
        data.ids.put("/api/v1/api-keys",
                data.client.post("/api/v1/api-keys", Map.of("name", "k", "scopes", List.of("read"))).text("id"));
        data.ids.put("/api/v1/audit-log", endpoint);
        data.ids.put("/api/v1/deliveries", new AttemptRow(running.jdbc())
                .insert(UUID.fromString(endpoint), tenant, leg, "hangup", 1, null, Instant.now()).toString());
        data.ids.put("/api/v1/replays", data.client.post("/api/v1/replays",
                Map.of("endpoint_id", endpoint, "from", Instant.now().minusSeconds(60).toString())).text("id"));
        shared.site().publish(SampleLeg.answered(leg, tenant, Instant.now().minusSeconds(60)).events());
        await().atMost(CallSite.LIMIT)
                .until(() -> data.client.get("/api/v1/calls").response().body().contains("NORMAL_CLEARING"));
        data.ids.put("/api/v1/calls", leg);
        data.ids.put("/api/v1/events", leg);
        data.ids.put("/api/v1/stats", "\"NORMAL_CLEARING\":1");
        return data;
    }

    String tenant() {
        return tenant;
    }

    String key() {
        return client.key();
    }

    /** With all scopes. */
    ApiClient client() {
        return client;
    }

    String endpoint() {
        return ids.get("/api/v1/endpoints");
    }

    /** What stands in the tenant's answer of this list and in nobody else's. */
    Optional<String> marker(String list) {
        return Optional.ofNullable(ids.get(list));
    }

    /** The path with its variable filled in; empty when the tenant has nothing there. */
    Optional<String> path(String pattern) {
        int variable = pattern.indexOf('{');
        if (variable < 0) {
            return Optional.of(pattern);
        }
        String collection = pattern.substring(0, variable - 1);
        return Optional.ofNullable(ids.get(collection))
                .map(id -> collection + "/" + id + pattern.substring(pattern.indexOf('}') + 1));
    }
}

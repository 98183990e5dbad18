package io.offhook.api;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What was there when a list is begun is in it once, whatever is written and removed between its pages. */
class PagingTest {

    private static final int ROWS = 7;

    private final RunningApi running = RunningApi.shared();
    private final String tenant = "paging" + UUID.randomUUID() + ".example";
    private final ApiClient api = running.tenant(tenant);

    @Test
    void endpoints() {
        staysStable("/api/v1/endpoints",
                () -> api.post("/api/v1/endpoints", Map.of("url", "http://127.0.0.1:9/")).text("id"));
    }

    @Test
    void apiKeys() {
        staysStable("/api/v1/api-keys",
                () -> api.post("/api/v1/api-keys", Map.of("name", "n", "scopes", List.of("read"))).text("id"));
    }

    @Test
    void failedWebhooks() {
        UUID endpoint = UUID.fromString(api.post("/api/v1/endpoints", Map.of("url", "http://127.0.0.1:9/")).text("id"));
        var rows = new FailedRow(running.jdbc());
        Instant sameMoment = Instant.parse("2026-03-01T12:00:00Z");
        staysStable("/api/v1/failed-webhooks",
                () -> rows.insert(endpoint, tenant, "leg", "hangup", "exhausted", sameMoment).toString());
    }

    private void staysStable(String list, Supplier<String> make) {
        var before = new ArrayList<String>();
        for (int i = 0; i < ROWS; i++) {
            before.add(make.get());
        }
        var seen = new ArrayList<String>();
        String cursor = "";
        while (cursor != null) {
            JsonNode page = api.get(list + "?limit=2" + cursor).json();
            page.get("data").forEach(row -> seen.add(row.get("id").asString()));
            cursor = page.get("next_cursor").isNull() ? null : "&cursor=" + page.get("next_cursor").asString();
            if (seen.size() < ROWS) {
                make.get();
                // The row that the cursor stands on may go.
                api.delete(list + "/" + seen.getLast());
            }
        }
        assertThat(seen).doesNotHaveDuplicates().containsAll(before);
    }
}

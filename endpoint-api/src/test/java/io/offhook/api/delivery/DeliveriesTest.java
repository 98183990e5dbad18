package io.offhook.api.delivery;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;

import io.offhook.api.ApiClient;
import io.offhook.api.AttemptRow;
import io.offhook.api.RunningApi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class DeliveriesTest {

    private static final String PATH = "/api/v1/deliveries";
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    private final RunningApi running = RunningApi.shared();
    private final String tenant = "deliveries" + UUID.randomUUID() + ".example";
    private final ApiClient api = running.tenant(tenant);
    private final AttemptRow rows = new AttemptRow(running.jdbc());
    private final UUID endpoint = UUID.randomUUID();

    @Test
    void anAttemptIsShownWhole() {
        UUID id = rows.insert(endpoint, tenant, "leg", "hangup", 2, "http_5xx", NOON);

        var shown = api.get(PATH).json().get("data").get(0);
        assertThat(shown.propertyNames()).containsExactly("id", "endpoint_id", "event_id", "uuid", "action",
                "replay_id", "attempt", "outcome", "status_code", "error", "duration_ms", "response_excerpt",
                "remote_address", "attempted_at");
        assertThat(shown.get("id").asString()).isEqualTo(id.toString());
        assertThat(shown.get("event_id").asString()).isEqualTo("leg_hangup");
        assertThat(shown.get("status_code").isNull()).isTrue();
        assertThat(shown.get("attempted_at").asString()).isEqualTo("2026-03-01T12:00:00Z");
    }

    @Test
    void eachFilterKeepsWhatItNames() {
        UUID other = UUID.randomUUID();
        UUID a = rows.insert(endpoint, tenant, "leg-a", "originate", 1, null, NOON);
        UUID b = rows.insert(endpoint, tenant, "leg-a", "hangup", 1, "dns", NOON.plusSeconds(60));
        UUID c = rows.insert(other, tenant, "leg-c", "answer", 1, "http_4xx", NOON.plusSeconds(120));
        UUID d = rows.insert(other, tenant, "leg-c", "hangup", 1, null, NOON.plusSeconds(90_000));

        assertThat(ids(api, "")).containsExactly(d, c, b, a);
        assertThat(ids(api, "?endpoint_id=" + other)).containsExactly(d, c);
        assertThat(ids(api, "?uuid=leg-a")).containsExactly(b, a);
        assertThat(ids(api, "?action=hangup")).containsExactly(d, b);
        assertThat(ids(api, "?outcome=failed")).containsExactly(c, b);
        assertThat(ids(api, "?outcome=delivered&endpoint_id=" + endpoint)).containsExactly(a);
        assertThat(ids(api, "?since=2026-03-01T12:01:00Z&until=2026-03-02T00:00:00Z")).containsExactly(c, b);
        ApiClient stranger = running.tenant("stranger" + UUID.randomUUID() + ".example");
        assertThat(ids(stranger, "?uuid=leg-a")).isEmpty();
        assertThat(ids(stranger, "?endpoint_id=" + endpoint)).isEmpty();
        assertThat(ids(running.admin(), "?endpoint_id=" + endpoint)).containsExactly(b, a);
    }

    @ParameterizedTest
    @ValueSource(strings = {"endpoint_id=x", "action=ring", "outcome=lost", "since=yesterday", "until=2026-03-01",
            "limit=0", "cursor=x", "tenant=a", "uuid=%00"})
    void aFilterThatIsNoneIsRefused(String query) {
        var answer = api.get(PATH + "?" + query);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
        assertThat(answer.wrongFields()).contains(query.substring(0, query.indexOf('=')));
    }

    @Test
    void aListOverMidnightOfAttemptsOfOneMomentIsReadInPartsWhileNewOnesArrive() {
        var written = new HashSet<UUID>();
        for (int i = 0; i < 24; i++) {
            Instant at = Instant.parse(i % 2 == 0 ? "2026-03-01T23:59:59.999999Z" : "2026-03-02T00:00:00Z");
            written.add(rows.insert(endpoint, tenant, "leg-" + i, "hangup", 1, i % 3 == 0 ? "dns" : null, at));
        }
        List<UUID> read = new ArrayList<>();
        String cursor = "";
        do {
            var page = api.get(PATH + "?limit=5" + cursor);
            page.json().get("data").forEach(row -> read.add(UUID.fromString(row.get("id").asString())));
            rows.insert(endpoint, tenant, "late", "hangup", 1, null, Instant.parse("2026-03-02T00:00:01Z"));
            cursor = page.json().get("next_cursor").isNull() ? null : "&cursor=" + page.text("next_cursor");
        } while (cursor != null);
        assertThat(read).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(written);
    }

    private static List<UUID> ids(ApiClient api, String query) {
        var answer = api.get(PATH + query);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        var ids = new ArrayList<UUID>();
        answer.json().get("data").forEach(row -> ids.add(UUID.fromString(row.get("id").asString())));
        return ids;
    }
}

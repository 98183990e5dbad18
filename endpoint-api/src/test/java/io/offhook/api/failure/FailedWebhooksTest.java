package io.offhook.api.failure;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.offhook.api.ApiClient;
import io.offhook.api.FailedRow;
import io.offhook.api.RunningApi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

class FailedWebhooksTest {

    private static final String PATH = "/api/v1/failed-webhooks";
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    private final RunningApi running = RunningApi.shared();
    private final String tenant = "failed" + UUID.randomUUID() + ".example";
    private final ApiClient api = running.tenant(tenant);
    private final FailedRow rows = new FailedRow(running.jdbc());
    private final UUID endpoint = newEndpoint();

    private UUID newEndpoint() {
        return UUID.fromString(api.post("/api/v1/endpoints", Map.of("url", "http://127.0.0.1:9/")).text("id"));
    }

    private UUID row(String status) {
        return rows.insert(endpoint, tenant, "leg", "hangup", status, NOON);
    }

    @Test
    void aRowIsShownWithItsBodyAsJson() {
        UUID id = row("pending");

        var answer = api.get(PATH + "/" + id);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("etag")).isNotNull();
        assertThat(answer.json().propertyNames()).containsExactly("id", "endpoint_id", "event_id", "uuid", "action",
                "status", "attempts", "first_failed_at", "last_attempt_at", "next_attempt_at", "last_status_code",
                "last_error", "last_error_detail", "payload");
        assertThat(answer.json().get("payload")).isEqualTo(new JsonMapper().readTree(FailedRow.BODY));
        assertThat(answer.text("first_failed_at")).isEqualTo("2026-03-01T12:00:00Z");
        assertThat(api.get(PATH).json().get("data").get(0)).isEqualTo(answer.json());
    }

    @Test
    void eachFilterKeepsWhatItNames() {
        UUID other = newEndpoint();
        UUID a = rows.insert(endpoint, tenant, "leg-a", "originate", "pending", NOON);
        UUID b = rows.insert(endpoint, tenant, "leg-a", "hangup", "exhausted", NOON.plusSeconds(60));
        UUID c = rows.insert(other, tenant, "leg-c", "answer", "discarded", NOON.plusSeconds(120));
        UUID d = rows.insert(other, tenant, "leg-c", "hangup", "delivered", NOON.plusSeconds(180));

        assertThat(ids("")).containsExactly(d, c, b, a);
        assertThat(ids("?endpoint_id=" + other)).containsExactly(d, c);
        assertThat(ids("?uuid=leg-a")).containsExactly(b, a);
        assertThat(ids("?action=hangup")).containsExactly(d, b);
        assertThat(ids("?status=pending")).containsExactly(a);
        assertThat(ids("?status=delivered&endpoint_id=" + endpoint)).isEmpty();
        assertThat(ids("?since=2026-03-01T12:01:00Z")).containsExactly(d, c, b);
        assertThat(ids("?until=2026-03-01T12:01:00Z")).containsExactly(a);
        assertThat(ids("?since=2026-03-01T13:01:00%2B01:00&until=2026-03-01T12:03:00.000Z")).containsExactly(c, b);
        assertThat(ids("?uuid=leg%20a")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"endpoint_id=x", "endpoint_id=1-1-1-1-1", "action=ring", "status=open", "since=yesterday",
            "since=2026-03-01", "until=2026-03-01T12:00:00", "since=%2B999999999-01-01T00:00:00Z", "limit=0",
            "limit=501", "cursor=x",
            "tenant=a", "endpoint_id=x&uuid=%00"})
    void aFilterThatIsNoneIsRefused(String query) {
        var answer = api.get(PATH + "?" + query);

        assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
        assertThat(answer.wrongFields()).contains(query.substring(0, query.indexOf('=')));
    }

    @Test
    void aListOfRowsOfOneMomentIsReadInPartsWhileNewRowsArrive() {
        var written = new HashSet<UUID>();
        for (int i = 0; i < 25; i++) {
            written.add(rows.insert(endpoint, tenant, "leg-" + i, "hangup", "pending", NOON));
        }
        var read = new ArrayList<UUID>();
        String cursor = "";
        do {
            var page = api.get(PATH + "?limit=4" + cursor);
            page.json().get("data").forEach(row -> read.add(UUID.fromString(row.get("id").asString())));
            rows.insert(endpoint, tenant, "late", "hangup", "pending", NOON.plusSeconds(1));
            cursor = page.json().get("next_cursor").isNull() ? null : "&cursor=" + page.text("next_cursor");
        } while (cursor != null);

        assertThat(read).hasSize(25).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(written);
        String foreign = running.admin().get("/api/v1/endpoints?limit=1").text("next_cursor");
        assertThat(api.get(PATH + "?cursor=" + foreign).wrongFields()).containsExactly("cursor");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pending", "exhausted", "discarded"})
    void aResendMakesARowDueAtOnceWithANewAge(String status) {
        UUID id = row(status);

        var answer = api.post(PATH + "/" + id + "/resend");

        assertThat(answer.status()).as(answer.toString()).isEqualTo(202);
        assertThat(answer.text("status")).isEqualTo("pending");
        assertThat(answer.json().get("attempts").intValue()).isEqualTo(3);
        assertThat(rows.read(id)).containsEntry("due", true).containsEntry("fresh", true)
                .containsEntry("message_failures", 0).containsEntry("ended_at", null)
                .containsEntry("passable_at", null);
    }

    @Test
    void aResendLeavesALiveLeaseAndADiscardEndsIt() {
        UUID id = row("pending");
        UUID lease = UUID.randomUUID();
        running.jdbc().sql(
                "update failed_webhooks set lease_id = :lease, lease_until = now() + interval '1 minute' where id = :id")
                .param("lease", lease).param("id", id).update();

        assertThat(api.post(PATH + "/" + id + "/resend").status()).isEqualTo(202);
        assertThat(rows.read(id)).containsEntry("lease_id", lease).containsEntry("leased", true);
        assertThat(api.delete(PATH + "/" + id).status()).isEqualTo(204);
        assertThat(rows.read(id)).containsEntry("lease_id", null).containsEntry("lease_until", null)
                .containsEntry("status", "discarded").containsEntry("next_attempt_at", null);
        assertThat(rows.read(id).get("ended_at")).isNotNull();
        assertThat((Timestamp) rows.read(id).get("passable_at")).isEqualTo(
                Timestamp.from(((Timestamp) rows.read(id).get("ended_at")).toInstant().plusSeconds(60)));
    }

    @Test
    void whatIsDeliveredIsNeitherResentNorDiscarded() {
        UUID id = row("delivered");

        var resend = api.post(PATH + "/" + id + "/resend");
        assertThat(resend.status()).isEqualTo(409);
        assertThat(resend.header("content-type")).isEqualTo("application/problem+json");
        assertThat(api.delete(PATH + "/" + id).status()).isEqualTo(409);
        assertThat(rows.read(id)).containsEntry("status", "delivered");
    }

    @Test
    void aDiscardIsIdempotentAndHonoursIfMatch() {
        UUID id = row("exhausted");
        String tag = api.get(PATH + "/" + id).header("etag");

        assertThat(api.with("if-match", "\"x\"").delete(PATH + "/" + id).status()).isEqualTo(412);
        assertThat(api.with("if-match", tag).delete(PATH + "/" + id).status()).isEqualTo(204);
        assertThat(api.delete(PATH + "/" + id).status()).isEqualTo(204);
        assertThat(api.get(PATH + "/" + id).text("status")).isEqualTo("discarded");
        assertThat(api.delete(PATH + "/" + UUID.randomUUID()).status()).isEqualTo(404);
    }

    @Test
    void aBulkResendTakesTheSameFilters() {
        UUID other = newEndpoint();
        UUID a = rows.insert(endpoint, tenant, "leg-a", "originate", "exhausted", NOON);
        UUID b = rows.insert(endpoint, tenant, "leg-b", "hangup", "discarded", NOON.plusSeconds(60));
        UUID c = rows.insert(endpoint, tenant, "leg-c", "hangup", "delivered", NOON.plusSeconds(60));
        UUID d = rows.insert(other, tenant, "leg-d", "hangup", "exhausted", NOON.plusSeconds(60));

        var answer = api.post(PATH + "/resend", Map.of("endpoint_id", endpoint, "since", "2026-03-01T12:00:30Z"));
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.response().body()).isEqualTo("{\"resent\":1}");
        assertThat(List.of(a, b, c, d).stream().map(id -> rows.read(id).get("status")))
                .containsExactly("exhausted", "pending", "delivered", "exhausted");
        assertThat(api.post(PATH + "/resend", Map.of("status", "exhausted")).json().get("resent").intValue())
                .isEqualTo(2);
        assertThat(api.post(PATH + "/resend", Map.of("status", "delivered")).json().get("resent").intValue()).isZero();
        assertThat(api.post(PATH + "/resend", Map.of("limit", 1, "colour", 2)).wrongFields())
                .containsExactlyInAnyOrder("limit", "colour");
        assertThat(api.post(PATH + "/resend", Map.of("endpoint_id", 7)).wrongFields()).containsExactly("endpoint_id");
        assertThat(api.post(PATH + "/resend").status()).isEqualTo(415);
    }

    @Test
    void aBulkResendGoesOnBeyondOneBatch() {
        running.jdbc()
                .sql("""
                        insert into failed_webhooks (id, endpoint_id, tenant, event_id, uuid, action, leg_sequence, attributes, payload,
                            status, attempts, first_failed_at, expires_at, last_error, ended_at)
                        select gen_random_uuid(), :endpoint, :tenant, 'e' || n, 'leg', 'hangup', 2, '{}', '{}', 'exhausted', 1, now(),
                            now(), 'dns', now() from generate_series(1, 12000) n""")
                .param("endpoint", endpoint).param("tenant", tenant)
                .update();

        assertThat(api.post(PATH + "/resend", Map.of("endpoint_id", endpoint)).json().get("resent").intValue())
                .isEqualTo(12_000);
        assertThat(count("pending")).isEqualTo(12_000);

        // So does the deletion of an endpoint.
        assertThat(api.delete("/api/v1/endpoints/" + endpoint).status()).isEqualTo(204);
        assertThat(count("pending")).isZero();
        assertThat(running.jdbc().sql("""
                select count(*) from failed_webhooks where endpoint_id = :endpoint and status = 'discarded'
                and next_attempt_at is null and ended_at is not null and passable_at is not null""")
                .param("endpoint", endpoint).query(Integer.class).single()).isEqualTo(12_000);
    }

    private int count(String status) {
        return running.jdbc()
                .sql("select count(*) from failed_webhooks where endpoint_id = :endpoint and status = :status")
                .param("endpoint", endpoint).param("status", status).query(Integer.class).single();
    }

    @Test
    void rowsOfADeletedEndpointStayVisibleButCannotBeResent() {
        UUID pending = row("pending");
        UUID exhausted = row("exhausted");
        running.jdbc()
                .sql("update failed_webhooks set lease_id = gen_random_uuid(), lease_until = now() where id = :id")
                .param("id", pending).update();

        assertThat(api.delete("/api/v1/endpoints/" + endpoint).status()).isEqualTo(204);

        assertThat(rows.read(pending)).containsEntry("status", "discarded").containsEntry("lease_id", null);
        assertThat(api.get(PATH + "/" + exhausted).text("status")).isEqualTo("exhausted");
        assertThat(api.post(PATH + "/" + exhausted + "/resend").status()).isEqualTo(409);
        assertThat(api.post(PATH + "/resend", Map.of("endpoint_id", endpoint)).json().get("resent").intValue())
                .isZero();
    }

    private List<UUID> ids(String query) {
        var answer = api.get(PATH + query);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        var ids = new ArrayList<UUID>();
        answer.json().get("data").forEach(row -> ids.add(UUID.fromString(row.get("id").asString())));
        return ids;
    }
}

package io.offhook.api.replay;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.offhook.api.ApiClient;
import io.offhook.api.RunningApi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ReplaysTest {

    private static final String PATH = "/api/v1/replays";
    private static final String NOON = "2026-03-01T12:00:00Z";

    private final RunningApi running = RunningApi.shared();
    private final String tenant = "replay" + UUID.randomUUID() + ".example";
    private final ApiClient api = running.tenant(tenant);
    private final String endpoint = newEndpoint();

    private String newEndpoint() {
        return api.post("/api/v1/endpoints", Map.of("url", "http://127.0.0.1:9/")).text("id");
    }

    private Map<String, Object> wanted(Map<String, Object> more) {
        var all = new HashMap<String, Object>(Map.of("endpoint_id", endpoint, "from", NOON));
        all.putAll(more);
        return all;
    }

    @Test
    void whatIsAskedForIsThereAndWaits() {
        var created = api.post(PATH, wanted(Map.of("to", "2026-03-01T14:00:00+01:00", "uuid", "leg", "action", "answer",
                "dry_run", true)));

        assertThat(created.status()).as(created.toString()).isEqualTo(202);
        assertThat(created.header("location")).isEqualTo(PATH + "/" + created.text("id"));
        assertThat(created.json().propertyNames()).containsExactly("id", "endpoint_id", "from", "to", "uuid", "action",
                "dry_run", "status", "waits_for", "error", "matched", "delivered", "failed", "progress",
                "events_per_sec", "created_at", "started_at", "ended_at");
        assertThat(created.text("from")).isEqualTo(NOON);
        assertThat(created.text("to")).isEqualTo("2026-03-01T13:00:00Z");
        assertThat(created.text("status")).isEqualTo("pending");
        assertThat(created.json().get("progress").doubleValue()).isZero();
        var read = api.get(created.header("location"));
        assertThat(read.json()).isEqualTo(created.json());
        assertThat(read.header("etag")).isEqualTo("\"pending\"");
        assertThat(api.get(PATH).json().get("data").get(0)).isEqualTo(created.json());
    }

    @Test
    void itEndsNowUnlessItEndsBefore() {
        Instant before = Instant.now();
        for (Map<String, Object> to : List.<Map<String, Object>>of(Map.of(), Map.of("to", "2199-01-01T00:00:00Z"))) {
            var created = api.post(PATH, wanted(to));
            assertThat(Instant.parse(created.text("to"))).isBetween(before.minusMillis(1), Instant.now());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                                                               | endpoint_id,from
            {"endpoint_id":"x","from":"2026-03-01T12:00:00Z"}                                | endpoint_id
            {"endpoint_id":"ID","from":"yesterday"}                                          | from
            {"endpoint_id":"ID","from":"2199-01-01T00:00:00Z"}                               | from
            {"endpoint_id":"ID","from":"2026-03-01T12:00:00Z","to":"2026-03-01T12:00:00Z"}   | from
            {"endpoint_id":"ID","from":"2026-03-01T12:00:00Z","action":"ring"}               | action
            {"endpoint_id":"ID","from":"2026-03-01T12:00:00Z","dry_run":"yes"}               | dry_run
            {"endpoint_id":"ID","from":"2026-03-01T12:00:00Z","uuid":""}                     | uuid
            {"endpoint_id":"ID","from":"2026-03-01T12:00:00.0000001Z","to":"2026-03-01T12:00:00.0000002Z"} | from
            {"endpoint_id":"ID","from":"2026-03-01T12:00:00Z","until":"2026-03-01T13:00:00Z"} | until
            """)
    void aWrongFieldIsNamed(String body, String fields) {
        var answer = api.post(PATH, body.replace("ID", endpoint));
        assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
        assertThat(String.join(",", answer.wrongFields())).isEqualTo(fields);
    }

    @Test
    void endpointsAndReplaysOfOthersAreNotThere() {
        String replay = api.post(PATH, wanted(Map.of())).header("location");
        ApiClient foreign = running.tenant("other" + UUID.randomUUID() + ".example");

        assertThat(foreign.post(PATH, wanted(Map.of())).status()).isEqualTo(404);
        assertThat(api.post(PATH, wanted(Map.of("endpoint_id", UUID.randomUUID().toString()))).status()).isEqualTo(404);
        assertThat(foreign.get(replay).status()).isEqualTo(404);
        assertThat(foreign.delete(replay).status()).isEqualTo(404);
        assertThat(foreign.get(PATH).json().get("data").size()).isZero();
        assertThat(foreign.get(PATH + "?endpoint_id=" + endpoint).json().get("data").size()).isZero();
        assertThat(api.get(replay).text("status")).isEqualTo("pending");
        assertThat(running.admin().get(replay).status()).isEqualTo(200);
        ApiClient reader = running.tenant(tenant, "read");
        assertThat(reader.get(replay).status()).isEqualTo(200);
        assertThat(reader.post(PATH, wanted(Map.of())).status()).isEqualTo(403);
        assertThat(reader.delete(replay).status()).isEqualTo(403);
    }

    @Test
    void oneThatWaitsIsCancelledOnceAndOneThatHasEndedIsNot() {
        String replay = api.post(PATH, wanted(Map.of())).header("location");
        assertThat(api.with("if-match", "\"running\"").delete(replay).status()).isEqualTo(412);
        assertThat(api.delete(replay).status()).isEqualTo(204);
        assertThat(api.delete(replay).status()).isEqualTo(204);
        assertThat(api.get(replay).text("status")).isEqualTo("cancelled");
        assertThat(api.get(replay).json().get("ended_at").isNull()).isFalse();

        String done = api.post(PATH, wanted(Map.of())).text("id");
        running.jdbc().sql("update replays set status = 'completed', ended_at = now(), progress = 1 where id = ?::uuid")
                .param(done).update();
        assertThat(api.delete(PATH + "/" + done).status()).isEqualTo(409);
        assertThat(api.delete(PATH + "/" + UUID.randomUUID()).status()).isEqualTo(404);
        assertThat(api.get(PATH + "/x").status()).isEqualTo(404);
    }

    @Test
    void listsAreFilteredAndPaged() {
        var ids = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            ids.addFirst(api.post(PATH, wanted(Map.of())).text("id"));
        }
        api.delete(PATH + "/" + ids.getFirst());
        var other = newEndpoint();
        String ofOther = api.post(PATH, wanted(Map.of("endpoint_id", other))).text("id");

        var first = api.get(PATH + "?limit=2&endpoint_id=" + endpoint);
        assertThat(list(first)).isEqualTo(ids.subList(0, 2));
        var second = api.get(PATH + "?limit=2&endpoint_id=" + endpoint + "&cursor=" + first.text("next_cursor"));
        assertThat(list(second)).isEqualTo(ids.subList(2, 4));
        assertThat(list(api.get(PATH + "?status=cancelled"))).containsExactly(ids.getFirst());
        assertThat(list(api.get(PATH + "?endpoint_id=" + other))).containsExactly(ofOther);
        assertThat(api.get(PATH + "?status=done").wrongFields()).containsExactly("status");
    }

    private static List<String> list(ApiClient.Answer answer) {
        var ids = new ArrayList<String>();
        answer.json().get("data").forEach(replay -> ids.add(replay.get("id").asString()));
        return ids;
    }

    @Test
    void anEndpointHasABoundedNumberThatWaits() {
        for (int i = 0; i < 10; i++) {
            assertThat(api.post(PATH, wanted(Map.of())).status()).isEqualTo(202);
        }
        var refused = api.post(PATH, wanted(Map.of()));
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text("detail")).contains("at most 10");
        api.delete(PATH + "/" + list(api.get(PATH + "?limit=1")).getFirst());
        assertThat(api.post(PATH, wanted(Map.of())).status()).isEqualTo(202);
    }
}

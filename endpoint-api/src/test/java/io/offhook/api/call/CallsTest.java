package io.offhook.api.call;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import io.offhook.api.ApiClient;
import io.offhook.api.AttemptRow;
import io.offhook.api.FailedRow;
import io.offhook.api.RunningApi;
import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** From the events topic to the answers of the API. */
class CallsTest {

    private static final String PATH = "/api/v1/calls";

    private final CallSite site = CallSite.Shared.get().site();
    private final RunningApi running = CallSite.Shared.get().api();
    private final String name = "calls" + UUID.randomUUID();
    private final String tenant = name + ".example";
    private final ApiClient api = running.tenant(tenant);
    private final Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(Duration.ofHours(30))
            .plusNanos(123_456_000);

    @Test
    void aCallIsInTheListWithWhatItsEventsTell() {
        site.publish(SampleLeg.answered(name, tenant, start).events());
        await().atMost(CallSite.LIMIT).until(() -> !list(api, "").isEmpty()
                && !list(api, "").getFirst().get("call_end").isNull());

        JsonNode call = list(api, "").getFirst();
        assertThat(call.propertyNames()).containsExactly("uuid", "leg", "call_id", "tenant", "node", "direction",
                "callee_number", "caller_id_number", "ani", "call_start", "answer_start", "call_end", "duration_sec",
                "hangup_cause", "reconciled");
        assertThat(call.get("uuid").asString()).isEqualTo(name);
        assertThat(call.get("duration_sec").intValue()).isEqualTo(30);
        assertThat(Instant.parse(call.get("call_start").asString())).isEqualTo(start);
        assertThat(call.get("reconciled").booleanValue()).isFalse();
    }

    @Test
    void eachFilterKeepsWhatItNames() {
        SampleLeg a = new SampleLeg(name + "-a", null, tenant, "111", "222", "222", CallDirection.INBOUND, start, 1, 9,
                "NORMAL_CLEARING");
        SampleLeg b = new SampleLeg(name + "-b", null, tenant, "222", "333", "444", CallDirection.OUTBOUND,
                start.plusSeconds(60), null, 9, "USER_BUSY");
        SampleLeg c = new SampleLeg(name + "-c", null, tenant, "555", null, "111", CallDirection.LOCAL,
                start.plusSeconds(120), null, 9, "NO_ANSWER");
        site.publish(Stream.of(a, b, c).flatMap(leg -> leg.events().stream()).toList());
        awaitCalls(3);

        assertThat(uuids(api, "")).containsExactly(c.uuid(), b.uuid(), a.uuid());
        assertThat(uuids(api, "?number=222")).containsExactly(b.uuid(), a.uuid());
        assertThat(uuids(api, "?number=111")).containsExactly(c.uuid(), a.uuid());
        assertThat(uuids(api, "?number=444")).containsExactly(b.uuid());
        assertThat(uuids(api, "?number=22")).isEmpty();
        assertThat(uuids(api, "?direction=local")).containsExactly(c.uuid());
        assertThat(uuids(api, "?hangup_cause=USER_BUSY")).containsExactly(b.uuid());
        assertThat(uuids(api, "?number=222&direction=inbound&hangup_cause=NORMAL_CLEARING")).containsExactly(a.uuid());
        assertThat(uuids(api, "?since=" + start.plusSeconds(60) + "&until=" + start.plusSeconds(120)))
                .containsExactly(b.uuid());
        assertThat(uuids(running.admin(), "?tenant=" + tenant + "&number=222")).containsExactly(b.uuid(), a.uuid());
        assertThat(uuids(running.admin(), "?number=222&direction=outbound&tenant=" + tenant))
                .containsExactly(b.uuid());
    }

    @ParameterizedTest
    @ValueSource(strings = {"tenant=other.example", "number=%00", "direction=up", "since=now", "until=1", "limit=501",
            "cursor=x", "from=2026-01-01T00:00:00Z"})
    void aFilterThatIsNoneIsRefused(String query) {
        var answer = api.get(PATH + "?" + query);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
        assertThat(answer.wrongFields()).contains(query.substring(0, query.indexOf('=')));
    }

    @Test
    void aTenantSeesNoOtherTenantsCalls() {
        site.publish(SampleLeg.answered(name, tenant, start).events());
        awaitCalls(1);

        ApiClient stranger = running.tenant("stranger-" + tenant);
        assertThat(uuids(stranger, "")).isEmpty();
        assertThat(uuids(stranger, "?number=0035799123456")).isEmpty();
        assertThat(stranger.get(PATH + "/" + name).status()).isEqualTo(404);
        assertThat(api.get(PATH + "/" + name).status()).isEqualTo(200);
        assertThat(running.admin().get(PATH + "/" + name).status()).isEqualTo(200);
        assertThat(stranger.post(PATH + "/rebuild").status()).isEqualTo(403);
        assertThat(api.get(PATH + "/nobody").header("content-type")).isEqualTo("application/problem+json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&number=0035799123456"})
    void aListOfCallsThatBeganAtOnceIsReadInPartsWhileNewOnesArrive(String filter) {
        List<SampleLeg> legs = Stream.iterate(0, i -> i < 17, i -> i + 1)
                .map(i -> SampleLeg.unanswered(name + "-" + i, tenant, start)).toList();
        site.publish(legs.stream().flatMap(leg -> leg.events().stream()).toList());
        awaitCalls(17);

        List<String> read = new ArrayList<>();
        String cursor = "";
        int late = 0;
        do {
            var page = api.get(PATH + "?limit=5" + filter + cursor);
            page.json().get("data").forEach(call -> read.add(call.get("uuid").asString()));
            site.publish(SampleLeg.unanswered(name + "-late-" + late++, tenant, start.plusSeconds(1)).events());
            awaitCalls(17 + late);
            cursor = page.json().get("next_cursor").isNull() ? null : "&cursor=" + page.text("next_cursor");
        } while (cursor != null);
        assertThat(read).hasSize(17).containsExactlyInAnyOrderElementsOf(legs.stream().map(SampleLeg::uuid).toList());
        assertThat(new HashSet<>(read)).hasSize(17);
    }

    @Test
    void theTimelineHasEachEventWithWhatBecameOfItAtEachEndpoint() {
        SampleLeg leg = SampleLeg.answered(name, tenant, start);
        site.publish(List.of(leg.event(CallAction.ORIGINATE), leg.event(CallAction.ANSWER),
                leg.event(CallAction.HANGUP, true)));
        awaitCalls(1);
        UUID well = UUID.randomUUID();
        UUID ill = UUID.randomUUID();
        UUID foreign = UUID.randomUUID();
        var attempts = new AttemptRow(running.jdbc());
        for (String action : List.of("originate", "answer", "hangup")) {
            attempts.insert(well, tenant, name, action, 1, null, start.plusSeconds(1));
        }
        attempts.insert(ill, tenant, name, "hangup", 1, "http_5xx", start.plusSeconds(40));
        attempts.insert(ill, tenant, name, "hangup", 2, "dns", start.plusSeconds(50));
        attempts.insert(foreign, null, name, "hangup", 1, null, start.plusSeconds(40));
        UUID row = new FailedRow(running.jdbc()).insert(ill, tenant, name, "hangup", "pending", start.plusSeconds(40));
        running.jdbc().sql("update failed_webhooks set event_id = ? where id = ?").params(name + "_hangup", row)
                .update();

        JsonNode timeline = api.get(PATH + "/" + name).json();
        assertThat(timeline.get("uuid").asString()).isEqualTo(name);
        assertThat(timeline.get("reconciled").booleanValue()).isTrue();
        assertThat(timeline.get("legs").size()).isEqualTo(1);
        assertThat(timeline.findValuesAsString("action")).containsExactly("originate", "answer", "hangup");
        assertThat(timeline.get("events").get(0).get("deliveries").size()).isEqualTo(1);
        JsonNode hangup = timeline.get("events").get(2);
        assertThat(hangup.get("event_id").asString()).isEqualTo(name + "_hangup");
        assertThat(Instant.parse(hangup.get("at").asString())).isEqualTo(start.plusSeconds(35));
        assertThat(hangup.get("reconciled").booleanValue()).isTrue();
        assertThat(timeline.get("events").get(1).get("reconciled").booleanValue()).isFalse();
        assertThat(hangup.get("deliveries").findValuesAsString("endpoint_id"))
                .containsExactlyInAnyOrder(well.toString(), ill.toString());
        JsonNode failing = hangup.get("deliveries").get(0).get("endpoint_id").asString().equals(ill.toString())
                ? hangup.get("deliveries").get(0)
                : hangup.get("deliveries").get(1);
        assertThat(failing.get("status").asString()).isEqualTo("pending");
        assertThat(failing.get("failed_webhook").get("id").asString()).isEqualTo(row.toString());
        assertThat(failing.get("attempts").findValuesAsString("error")).containsExactly("http_5xx", "dns");
        assertThat(running.admin().get(PATH + "/" + name).json().findValuesAsString("endpoint_id"))
                .contains(foreign.toString());
    }

    @Test
    void ofAUuidThatWasUsedAgainTheNewestLegIsAnsweredUnlessAnotherIsNamed() {
        site.publish(SampleLeg.answered(name, tenant, start).events());
        SampleLeg again = SampleLeg.unanswered(name, tenant, start.plusSeconds(700)).reused();
        site.publish(again.events());
        awaitCalls(2);

        JsonNode newest = api.get(PATH + "/" + name).json();
        assertThat(newest.get("hangup_cause").asString()).isEqualTo("NO_ANSWER");
        List<String> legs = new ArrayList<>();
        newest.get("legs").forEach(leg -> legs.add(leg.asString()));
        assertThat(legs).containsExactly(name + "-" + again.reusedAt(), name);
        assertThat(api.get(PATH + "/" + name + "?leg=" + name).text("hangup_cause")).isEqualTo("NORMAL_CLEARING");
        assertThat(api.get(PATH + "/" + name + "?leg=x").status()).isEqualTo(404);
    }

    private void awaitCalls(int ended) {
        await().atMost(CallSite.LIMIT).until(() -> running.jdbc()
                .sql("select count(*) from calls where tenant = ? and call_end is not null").param(tenant)
                .query(Integer.class).single() == ended);
    }

    private static List<JsonNode> list(ApiClient api, String query) {
        var answer = api.get(PATH + query);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        var rows = new ArrayList<JsonNode>();
        answer.json().get("data").forEach(rows::add);
        return rows;
    }

    private static List<String> uuids(ApiClient api, String query) {
        return list(api, query).stream().map(call -> call.get("uuid").asString()).toList();
    }
}

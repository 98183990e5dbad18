package io.offhook.api.stats;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

import io.offhook.api.ApiClient;
import io.offhook.api.RunningApi;
import io.offhook.api.call.CallSite;
import io.offhook.api.call.SampleLeg;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class StatsTest {

    private static final String PATH = "/api/v1/stats";

    private final CallSite site = CallSite.Shared.get().site();
    private final RunningApi running = CallSite.Shared.get().api();
    private final String name = "stats" + UUID.randomUUID();
    private final String tenant = name + ".example";
    private final ApiClient api = running.tenant(tenant);
    private final Instant hour = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(5));

    @Test
    void callsAreCountedInTheStepInWhichTheyBegan() {
        site.publish(SampleLeg.answered(name + 1, tenant, hour.plusSeconds(10)).events());
        site.publish(SampleLeg.answered(name + 2, tenant, hour.plusSeconds(50)).events());
        site.publish(SampleLeg.unanswered(name + 3, tenant, hour.plusSeconds(55)).events());
        site.publish(SampleLeg.unanswered(name + 4, tenant, hour.plusSeconds(400)).events());
        site.publish(SampleLeg.answered(name + 5, tenant, hour.plusSeconds(410)).events().subList(0, 1));
        await().atMost(CallSite.LIMIT).until(() -> stats("&step=1h").at("/total/calls").intValue() == 5
                && stats("&step=1h").at("/total/causes/NO_ANSWER").intValue() == 2);

        JsonNode minutes = stats("&step=1m");
        assertThat(minutes.get("points").size()).isEqualTo(60);
        JsonNode first = minutes.get("points").get(0);
        assertThat(first.get("at").asString()).isEqualTo(hour.toString());
        assertThat(first.get("calls").intValue()).isEqualTo(3);
        assertThat(first.get("answered").intValue()).isEqualTo(2);
        assertThat(first.get("answer_seizure_ratio").doubleValue()).isEqualTo(0.6667);
        assertThat(first.get("average_duration_sec").doubleValue()).isEqualTo(30);
        assertThat(first.get("causes").get("NORMAL_CLEARING").intValue()).isEqualTo(2);
        // One has ended within the minute; the second one ends in the next.
        assertThat(first.get("concurrent_calls").intValue()).isEqualTo(2);
        assertThat(minutes.get("points").get(2).get("concurrent_calls").intValue()).isZero();
        assertThat(minutes.get("points").get(2).get("answer_seizure_ratio").isNull()).isTrue();
        // The last one is under way to this day.
        assertThat(minutes.get("points").get(59).get("concurrent_calls").intValue()).isEqualTo(1);
        assertThat(stats("&step=5m").get("points").findValues("calls").stream().map(JsonNode::intValue).toList())
                .startsWith(3, 2, 0).hasSize(12);
        assertThat(stats("&step=1h").get("points").size()).isEqualTo(1);
        assertThat(stats("&step=1h").get("points").get(0).get("calls").intValue()).isEqualTo(5);
        JsonNode later = api.get(PATH + "?step=15m&from=" + hour.plusSeconds(3600) + "&to=" + hour.plusSeconds(7200))
                .json();
        assertThat(later.at("/total/concurrent_calls").intValue()).isEqualTo(1);
        assertThat(later.at("/total/calls").intValue()).isZero();

        ApiClient stranger = running.tenant("stranger-" + tenant);
        assertThat(stranger.get(PATH).json().at("/total/calls").intValue()).isZero();
        assertThat(running.admin().get(PATH + "?tenant=" + tenant).json().at("/total/calls").intValue()).isEqualTo(5);
        assertThat(running.admin().get(PATH).json().at("/total/calls").intValue()).isGreaterThanOrEqualTo(5);
    }

    @Test
    void deliveriesAreThoseOfTheEndpointOfTheTenantOrOfAll() {
        UUID endpoint = UUID.randomUUID();
        deliveries(endpoint, tenant, hour, 90, 10, "{0,0,0,0,0,0,0,0,0,80,10}");
        deliveries(endpoint, tenant, hour.plusSeconds(60), 10, 0, "{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,10}");
        deliveries(new UUID(0, 0), tenant, hour, 190, 20, "{190}");

        JsonNode ofEndpoint = stats("&step=1m&endpoint_id=" + endpoint);
        assertThat(ofEndpoint.at("/total/deliveries").intValue()).isEqualTo(100);
        assertThat(ofEndpoint.at("/total/failures").intValue()).isEqualTo(10);
        assertThat(ofEndpoint.at("/total/calls").isNull()).isTrue();
        assertThat(ofEndpoint.get("points").get(1).get("deliveries").intValue()).isEqualTo(10);
        // Bucket 9 is from 4 ms to 4.76 ms, bucket 17 from 16 ms to 19 ms.
        assertThat(ofEndpoint.at("/total/latency_ms/p50").doubleValue()).isBetween(4.0, 4.8);
        assertThat(ofEndpoint.at("/total/latency_ms/p99").doubleValue()).isBetween(16.0, 19.1);
        assertThat(ofEndpoint.get("points").get(2).get("latency_ms").isNull()).isTrue();
        assertThat(stats("&step=1m").at("/total/deliveries").intValue()).isEqualTo(190);
        ApiClient stranger = running.tenant("stranger-" + tenant);
        assertThat(stranger.get(PATH + "?endpoint_id=" + endpoint).json().at("/total/deliveries").intValue()).isZero();
        assertThat(running.admin().get(PATH + "?step=1m&endpoint_id=" + endpoint).json().at("/total/deliveries")
                .intValue()).isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"step=1s", "from=x", "to=x", "step=1m&from=2026-01-01T00:00:00Z&to=2026-01-02T01:00:01Z",
            "endpoint_id=1", "tenant=other.example", "to=2026-01-01T00:00:00Z&from=2026-01-01T00:00:00Z", "uuid=a"})
    void whatIsNoQueryIsRefused(String query) {
        var answer = api.get(PATH + "?" + query);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
        assertThat(answer.wrongFields()).contains(query.substring(0, query.indexOf('=')));
    }

    @Test
    void aRangeIsCutIntoPointsThatAReadableAnswerHolds() {
        assertThat(api.get(PATH).text("step")).isEqualTo("5m");
        assertThat(api.get(PATH + "?from=2026-01-01T00:00:30Z&to=2026-01-01T00:10:00Z").json().get("points").size())
                .isEqualTo(10);
        assertThat(api.get(PATH + "?step=1m&from=2026-01-01T00:00:00Z&to=2026-01-02T01:00:00Z").json().get("points")
                .size()).isEqualTo(1500);
        var year = api.get(PATH + "?from=2025-01-01T00:00:00Z&to=2025-12-31T12:00:00Z").json();
        assertThat(year.get("step").asString()).isEqualTo("1d");
        assertThat(year.get("points").size()).isEqualTo(365);
    }

    private JsonNode stats(String query) {
        var answer = api.get(PATH + "?from=" + hour + "&to=" + hour.plusSeconds(3600) + query);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer.json();
    }

    private void deliveries(UUID endpoint, String of, Instant at, long delivered, long failed, String latency) {
        String day = at.toString().substring(0, 10);
        running.jdbc().sql(
                "create table if not exists delivery_stats_%s partition of delivery_stats for values from ('%sZ') to ('%sZ')"
                        .formatted(day.replace('-', '_'), day,
                                at.plusSeconds(86_400).toString().substring(0, 10)))
                .update();
        running.jdbc().sql("insert into delivery_stats values (?, ?, ?, ?, ?, ?, ?::bigint[])")
                .params(endpoint, of, 60, at.atOffset(ZoneOffset.UTC), delivered, failed, latency).update();
    }
}

package io.offhook.dispatcher.attempt;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import io.offhook.dispatcher.CallEvents;
import io.offhook.dispatcher.endpoint.SampleEndpoints;
import io.offhook.model.CallAction;
import io.offhook.sender.AttemptError;
import io.offhook.sender.AttemptResult;
import io.offhook.sender.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class AttemptRecordTest {

    private static final Instant AT = Instant.parse("2026-01-31T23:59:59.999999999Z");
    private final AttemptRecord.Codec codec = new AttemptRecord.Codec();

    @Test
    void whatTheSenderReportsIsRecorded() {
        UUID replay = UUID.randomUUID();
        var result = new AttemptResult(Outcome.MESSAGE_FAILURE, 422, AttemptError.HTTP_4XX, "HTTP 422",
                Duration.ofMillis(1234), "no such call", "10.0.0.1:443", Optional.empty(), AT);
        AttemptRecord record = AttemptRecord.of(CallEvents.of("leg", CallAction.ANSWER), 3, Optional.of(replay),
                SampleEndpoints.of(AttemptRecords.ENDPOINT, "a.example"), result);

        assertThat(record).usingRecursiveComparison().ignoringFields("id")
                .isEqualTo(new AttemptRecord(null, AttemptRecords.ENDPOINT, "leg_answer", "leg", "answer", "a.example",
                        replay, 3, "failed", 422, "http_4xx", 1234, "no such call", "10.0.0.1:443",
                        Instant.parse("2026-01-31T23:59:59.999999Z")));
    }

    @Test
    void anIdIsAUuidOfVersionSevenThatSortsByTime() {
        var result = new AttemptResult(Outcome.DELIVERED, 200, null, null, Duration.ZERO, "", null, Optional.empty(),
                AT);
        UUID id = AttemptRecord.of(CallEvents.of("leg", CallAction.ANSWER), 1, Optional.empty(),
                SampleEndpoints.of(AttemptRecords.ENDPOINT, null), result).id();

        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(AT.toEpochMilli());
    }

    @Test
    void oneComesBackFromTheTopicAsItWentIn() {
        for (AttemptRecord attempt : List.of(AttemptRecords.delivered("leg", AT),
                AttemptRecords.failed("leg", "odd \0 \\ \"\n\uD83D\uDCDE", AT))) {
            assertThat(codec.decode(codec.encode(attempt))).hasValue(attempt);
        }
    }

    @Test
    void fieldsAreInSnakeCaseAndThoseOfLaterVersionsArePassedOver() {
        AttemptRecord attempt = AttemptRecords.delivered("leg", AT);
        String json = new String(codec.encode(attempt), StandardCharsets.UTF_8);

        assertThat(json).contains("\"endpoint_id\":\"" + AttemptRecords.ENDPOINT + "\"", "\"event_id\":\"leg_hangup\"",
                "\"replay_id\":null", "\"status_code\":200", "\"duration_ms\":12", "\"response_excerpt\":\"ok\"",
                "\"attempted_at\":\"2026-01-31T23:59:59.999999Z\"");
        assertThat(codec.decode(json.replace("{", "{\"later\":{\"x\":[1]},").getBytes(StandardCharsets.UTF_8)))
                .hasValue(attempt);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "{}", "[]", "7", "{\"id\":", "no json"})
    void whatIsNoAttemptIsNone(String text) {
        assertThat(codec.decode(text.getBytes(StandardCharsets.UTF_8))).isEmpty();
        assertThat(codec.decode(null)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
            "\"outcome\":\"delivered\", \"outcome\":\"failed\"", "\"outcome\":\"delivered\", \"outcome\":\"lost\"",
            "\"error\":null, \"error\":\"dns\"", "\"action\":\"hangup\", \"action\":\"transfer\"",
            "\"attempt\":1, \"attempt\":0", "\"duration_ms\":12, \"duration_ms\":-1",
            "2026-01-31T, 1970-01-31T", "2026-01-31T, +12026-01-31T", "\"uuid\":\"leg\", \"uuid\":null"})
    void whatPostgresWouldRefuseIsNone(String right, String wrong) {
        String json = new String(codec.encode(AttemptRecords.delivered("leg", AT)), StandardCharsets.UTF_8);

        assertThat(json).contains(right);
        assertThat(codec.decode(json.replace(right, wrong).getBytes(StandardCharsets.UTF_8))).isEmpty();
    }
}

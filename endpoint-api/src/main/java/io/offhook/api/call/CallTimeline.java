package io.offhook.api.call;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.swagger.v3.oas.annotations.media.Schema;

/** A leg with its events and what became of each. */
@Schema(name = "CallTimeline")
record CallTimeline(@JsonUnwrapped Call call, List<Event> events,
        @Schema(description = "all legs that have borne the uuid, newest first") List<String> legs) {

    @Schema(name = "CallEvent")
    record Event(@Schema(example = "460a36b6-09e7-466b-97d8-903c8cf4fc6c_hangup") String eventId,
            @Schema(allowableValues = {"originate", "answer", "hangup"}) String action, Instant at,
            @Schema(description = "FreeSWITCH did not send it: Offhook inferred it") boolean reconciled,
            @Schema(description = "where it lies in the events topic") int partition, long offset,
            List<Delivery> deliveries) {}

    /** What became of an event at one endpoint. */
    @Schema(name = "CallDelivery")
    record Delivery(UUID endpointId, @Schema(description = "null: live", nullable = true) UUID replayId,
            @Schema(description = "as of the failed webhook, if there is one; else failed on the way to become one", allowableValues = {
                    "delivered", "pending", "exhausted", "discarded", "failed"}) String status,
            @Schema(nullable = true) FailedWebhook failedWebhook, List<Attempt> attempts) {}

    @Schema(name = "CallFailedWebhook", description = "GET /failed-webhooks/{id} tells more")
    record FailedWebhook(UUID id, @Schema(allowableValues = {"pending", "exhausted", "discarded",
            "delivered"}) String status, @Schema(nullable = true) Instant nextAttemptAt, String lastError) {}

    @Schema(name = "CallAttempt", description = "GET /deliveries tells more")
    record Attempt(UUID id, int attempt, @Schema(allowableValues = {"delivered", "failed"}) String outcome,
            @Schema(nullable = true) Integer statusCode, @Schema(nullable = true) String error, long durationMs,
            @Schema(nullable = true) String remoteAddress, Instant attemptedAt) {}
}

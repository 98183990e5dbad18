package io.offhook.api.failure;

import java.time.Instant;
import java.util.UUID;

import io.offhook.api.input.EntityTag;
import io.swagger.v3.oas.annotations.media.Schema;
import tools.jackson.databind.JsonNode;

/** A delivery that failed, as it is answered. */
@Schema(name = "FailedWebhook")
record FailedWebhook(UUID id, UUID endpointId,
        @Schema(example = "460a36b6-09e7-466b-97d8-903c8cf4fc6c_hangup") String eventId,
        @Schema(description = "the leg", example = "460a36b6-09e7-466b-97d8-903c8cf4fc6c") String uuid,
        @Schema(allowableValues = {
                "originate", "answer", "hangup"}) String action,
        @Schema(allowableValues = {"pending", "exhausted", "discarded", "delivered"}) String status,
        @Schema(description = "real POSTs", example = "3") int attempts,
        Instant firstFailedAt, @Schema(nullable = true) Instant lastAttemptAt,
        @Schema(description = "null unless pending", nullable = true) Instant nextAttemptAt,
        @Schema(example = "503", nullable = true) Integer lastStatusCode,
        @Schema(description = "why the last attempt failed, or why there was none", example = "http_5xx") String lastError,
        @Schema(nullable = true) String lastErrorDetail,
        @Schema(description = "the body that is POSTed", types = "object", implementation = Object.class) JsonNode payload) {

    boolean delivered() {
        return FailureStatus.ofWireName(status) == FailureStatus.DELIVERED;
    }

    /** Moves with whatever an attempt or a user changes. */
    EntityTag tag() {
        return new EntityTag(status + "-" + attempts + (nextAttemptAt == null ? "" : "-" + nextAttemptAt));
    }
}

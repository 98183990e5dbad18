package io.offhook.api.replay;

import java.time.Instant;
import java.util.UUID;

import io.offhook.api.input.EntityTag;
import io.swagger.v3.oas.annotations.media.Schema;

/** A replay, as it is answered. */
@Schema(name = "Replay")
record Replay(UUID id, UUID endpointId, @Schema(description = "of the append, included") Instant from,
        @Schema(description = "of the append, excluded") Instant to,
        @Schema(description = "of the leg; null: all legs", nullable = true) String uuid,
        @Schema(description = "null: all that the endpoint subscribes to", allowableValues = {
                "originate", "answer",
                "hangup"}, nullable = true) String action,
        @Schema(description = "counts what matches and sends nothing") boolean dryRun,
        @Schema(allowableValues = {"pending", "running", "completed", "cancelled", "failed"}) String status,
        @Schema(description = "why it delivers nothing now; null when it does", allowableValues = {"endpoint_disabled",
                "breaker_open", "kafka"}, nullable = true) String waitsFor,
        @Schema(description = "why it failed", example = "endpoint_deleted", nullable = true) String error,
        @Schema(description = "events that the endpoint is to get", example = "1200") long matched,
        @Schema(description = "of these: answered 2xx", example = "1180") long delivered,
        @Schema(description = "of these: now among the failed webhooks, and sent again from there", example = "3") long failed,
        @Schema(description = "part of the log that is done, 0-1", example = "0.42") double progress,
        @Schema(description = "matching events a second lately; null while it does not run", nullable = true, example = "310.5") Double eventsPerSec,
        Instant createdAt, @Schema(nullable = true) Instant startedAt, @Schema(nullable = true) Instant endedAt) {

    boolean hasStatus(ReplayStatus wanted) {
        return wanted.wireName().equals(status);
    }

    /** Moves with the status alone: progress is state, as the health of an endpoint is. */
    EntityTag tag() {
        return new EntityTag(status);
    }
}

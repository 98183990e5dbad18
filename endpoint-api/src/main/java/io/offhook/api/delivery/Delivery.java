package io.offhook.api.delivery;

import java.time.Instant;
import java.util.UUID;

import io.offhook.model.CallEventMessage;
import io.offhook.sender.AttemptResult;
import io.swagger.v3.oas.annotations.media.Schema;

/** One attempt as it is answered. */
@Schema(name = "Delivery")
public record Delivery(UUID id, UUID endpointId, String eventId, String uuid,
        @Schema(allowableValues = {
                "originate", "answer", "hangup"}) String action,
        @Schema(nullable = true) UUID replayId, @Schema(example = "1") int attempt,
        @Schema(allowableValues = {"delivered", "failed"}) String outcome,
        @Schema(example = "204", nullable = true) Integer statusCode,
        @Schema(example = "request_timeout", nullable = true) String error, @Schema(example = "23") long durationMs,
        @Schema(description = "at most 16 KiB") String responseExcerpt,
        @Schema(example = "192.0.2.7:443", nullable = true) String remoteAddress, Instant attemptedAt) {

    /** The first attempt of an event that belongs to no replay. */
    public static Delivery first(UUID endpoint, CallEventMessage message, AttemptResult result) {
        return new Delivery(UUID.randomUUID(), endpoint, message.id().value(), message.uuid(),
                message.action().wireName(), null, 1, result.outcome().wireName(), result.statusCode(),
                result.error() == null ? null : result.error().wireName(), result.duration().toMillis(),
                result.responseExcerpt(), result.remoteAddress(), result.attemptedAt());
    }
}

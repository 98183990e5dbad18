package io.offhook.api.call;

import java.time.Instant;

import io.swagger.v3.oas.annotations.media.Schema;

/** A leg as it is answered. */
@Schema(name = "Call")
record Call(@Schema(description = "the leg (channel)", example = "460a36b6-09e7-466b-97d8-903c8cf4fc6c") String uuid,
        @Schema(description = "the id of its events without the action; another for each leg of a uuid that was used again", example = "460a36b6-09e7-466b-97d8-903c8cf4fc6c") String leg,
        @Schema(description = "the call that the leg belongs to", nullable = true) String callId,
        @Schema(nullable = true, example = "tenant-a.example") String tenant,
        @Schema(description = "of FreeSWITCH", example = "fs1") String node,
        @Schema(nullable = true, allowableValues = {"inbound", "outbound", "local"}) String direction,
        @Schema(nullable = true, example = "0035799123456") String calleeNumber,
        @Schema(nullable = true, example = "+442035040000") String callerIdNumber,
        @Schema(nullable = true, example = "1002") String ani, Instant callStart,
        @Schema(description = "null: not answered, or not yet", nullable = true) Instant answerStart,
        @Schema(description = "null: under way", nullable = true) Instant callEnd,
        @Schema(description = "answered seconds; null while under way", nullable = true, example = "4") Long durationSec,
        @Schema(nullable = true, example = "NORMAL_CLEARING") String hangupCause,
        @Schema(description = "FreeSWITCH did not send all of its events: Offhook inferred one") boolean reconciled) {}

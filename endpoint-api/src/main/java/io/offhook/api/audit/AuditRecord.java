package io.offhook.api.audit;

import java.time.Instant;
import java.util.Map;

import io.swagger.v3.oas.annotations.media.Schema;
import tools.jackson.databind.JsonNode;

/** A line as the OpenAPI document shows it; {@link AuditLine} writes it. */
@Schema(name = "EventRecord")
record AuditRecord(@Schema(example = "offhook.call.events") String topic, @Schema(example = "7") int partition,
        @Schema(example = "1017") long offset, @Schema(description = "by the broker's clock") Instant appendTime,
        @Schema(description = "a record with the same ce_id stands before it, in the range or up to 30 s before: that one is the event") boolean duplicate,
        @Schema(description = "the leg", example = "460a36b6-09e7-466b-97d8-903c8cf4fc6c", nullable = true) String key,
        @Schema(description = "CloudEvents attributes", example = "{\"ce_id\":\"460a36b6-09e7-466b-97d8-903c8cf4fc6c_hangup\",\"ce_type\":\"offhook.call.hangup\"}") Map<String, String> headers,
        @Schema(description = "null when the record's value is no JSON", type = "object", implementation = Object.class, nullable = true) JsonNode body,
        @Schema(description = "only when the record's value is no JSON: its bytes", nullable = true) String bodyBase64) {}

package io.offhook.api.security;

import java.time.Instant;
import java.util.UUID;

import io.swagger.v3.oas.annotations.media.Schema;
import tools.jackson.databind.JsonNode;

/** A change as it is answered. */
@Schema(name = "AuditEntry")
record AuditEntry(UUID id, Instant changedAt,
        @Schema(description = "of the API key that made the change; `bootstrap` for the one from the settings", example = "5cf2a1de-7f2b-4b4a-9c39-2f6f1f3f5a10") String keyId,
        @Schema(example = "CRM of tenant A") String keyName,
        @Schema(description = "of what was changed; null: not of one tenant", example = "tenant-a.example", nullable = true) String tenant,
        @Schema(example = "endpoint.patched") String action,
        @Schema(example = "endpoint") String resourceType,
        @Schema(description = "null for a change of many at once", example = "3f0c5f1e-5a3b-4a08-9a6e-0a8a0d1d7c55", nullable = true) String resourceId,
        @Schema(description = "ids, counts and settings that belong to the change", types = "object", implementation = Object.class) JsonNode details,
        @Schema(description = "without secrets, values of headers as ***; null: there was nothing", types = {"object",
                "null"}, implementation = Object.class) JsonNode before,
        @Schema(description = "as before; null: nothing is left", types = {"object",
                "null"}, implementation = Object.class) JsonNode after,
        @Schema(description = "of the request that made the change", example = "0f8fad5b-d9cb-469f-a165-70867728950e", nullable = true) String requestId) {}

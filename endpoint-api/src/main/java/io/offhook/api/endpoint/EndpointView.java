package io.offhook.api.endpoint;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.swagger.v3.oas.annotations.media.Schema;

/** An endpoint as it is answered. */
@Schema(name = "Endpoint")
record EndpointView(UUID id,
        @Schema(description = "SIP domain in lower case; null receives the events of all tenants", example = "tenant-a.example", nullable = true) String tenant,
        @Schema(example = "CRM") String name,
        @Schema(example = "https://crm.example/hooks") String url,
        @Schema(description = "bounds resolving, connecting and TLS together", example = "5") int connectionTimeoutSec,
        @Schema(description = "bounds what follows, to the last byte of the response", example = "15") int requestTimeoutSec,
        @Schema(example = "[\"originate\",\"answer\",\"hangup\"]") List<String> events,
        @Schema(example = "[\"inbound\",\"outbound\",\"local\"]") List<String> directions,
        @Schema(example = "{\"x-team\":\"sales\"}") Map<String, String> headers,
        @Schema(example = "16") int maxInFlight,
        @Schema(description = "null: no limit", nullable = true) Integer rateLimitPerSec,
        boolean enabled,
        @Schema(allowableValues = {
                "manual", "gone"}, nullable = true) String disabledReason,
        @Schema(allowableValues = {"healthy", "degraded", "failing", "disabled"}) String health,
        Instant createdAt, Instant updatedAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Schema(description = "only in the answer to POST /endpoints", example = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD") String secret) {

    /** @param secret {@code null} to keep it out */
    static EndpointView of(RegisteredEndpoint endpoint, String secret) {
        EndpointConfig config = endpoint.config();
        return new EndpointView(endpoint.id(), config.tenant(), config.name(), config.url(),
                config.connectionTimeoutSec(), config.requestTimeoutSec(),
                config.events().stream().map(CallAction::wireName).toList(),
                config.directions().stream().map(CallDirection::wireName).toList(), config.headers(),
                config.maxInFlight(), config.rateLimitPerSec(), config.enabled(), endpoint.disabledReason(),
                endpoint.health(), endpoint.createdAt(), endpoint.updatedAt(), secret);
    }

    static EndpointView of(RegisteredEndpoint endpoint) {
        return of(endpoint, null);
    }
}

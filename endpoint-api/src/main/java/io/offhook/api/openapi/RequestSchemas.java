package io.offhook.api.openapi;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.swagger.v3.oas.annotations.media.Schema;

/** The bodies of requests and of problems as the OpenAPI document shows them. Requests are read field by field, not into these. */
final class RequestSchemas {

    static final List<Class<?>> ALL = List.of(EndpointConfig.class, NewEndpoint.class, Rotation.class,
            TestRequest.class,
            FailureFilter.class, CallRebuild.class, NewReplay.class, NewApiKey.class, Problem.class);

    private RequestSchemas() {}

    @Schema(name = "EndpointConfig", description = "PUT takes it whole, with "
            + "the defaults for what is left out; unknown fields are refused. The read-only fields of an endpoint may be "
            + "there and change nothing.")
    record EndpointConfig(
            @Schema(description = "http or https, without user information and fragment; at most 2,048 characters", requiredMode = Schema.RequiredMode.REQUIRED, example = "https://crm.example/hooks") String url,
            @Schema(description = "1-200 characters; by default the URL's host", example = "CRM") String name,
            @Schema(description = "SIP domain; by default the key's tenant; null: the events of all tenants", nullable = true, example = "tenant-a.example") String tenant,
            @Schema(minimum = "1", maximum = "30", defaultValue = "5") int connectionTimeoutSec,
            @Schema(minimum = "1", maximum = "30", defaultValue = "15") int requestTimeoutSec,
            @Schema(description = "at least one of originate, answer, hangup; all by default", example = "[\"originate\",\"answer\",\"hangup\"]") List<String> events,
            @Schema(description = "at least one of inbound, outbound, local; all by default", example = "[\"inbound\",\"outbound\"]") List<String> directions,
            @Schema(description = "at most 32, with 4,096 characters in all; none that Offhook or HTTP sets", example = "{\"x-team\":\"sales\"}") Map<String, String> headers,
            @Schema(minimum = "1", maximum = "256", defaultValue = "16") int maxInFlight,
            @Schema(minimum = "1", maximum = "10000", nullable = true, description = "null: no limit") Integer rateLimitPerSec,
            @Schema(defaultValue = "true") boolean enabled) {}

    @Schema(name = "NewEndpoint", allOf = EndpointConfig.class)
    record NewEndpoint(
            @Schema(description = "whsec_ and 24-64 bytes in base64; a new one by default", example = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD") String secret) {}

    @Schema(name = "Rotation", additionalProperties = Schema.AdditionalPropertiesValue.FALSE)
    record Rotation(
            @Schema(minimum = "0", maximum = "604800", defaultValue = "86400", description = "how long the secret before signs too; 0 ends all other secrets at once") int gracePeriodSec) {}

    @Schema(name = "TestRequest", additionalProperties = Schema.AdditionalPropertiesValue.FALSE)
    record TestRequest(
            @Schema(allowableValues = {"originate", "answer", "hangup"}, defaultValue = "hangup") String action) {}

    @Schema(name = "FailureFilter", additionalProperties = Schema.AdditionalPropertiesValue.FALSE, description = "what is left out does not restrict")
    record FailureFilter(UUID endpointId,
            @Schema(description = "of the leg", example = "460a36b6-09e7-466b-97d8-903c8cf4fc6c") String uuid,
            @Schema(allowableValues = {"originate", "answer", "hangup"}) String action,
            @Schema(allowableValues = {"pending", "exhausted", "discarded", "delivered"}) String status,
            @Schema(description = "of first_failed_at, included") Instant since,
            @Schema(description = "of first_failed_at, excluded") Instant until) {}

    @Schema(name = "CallRebuild", additionalProperties = Schema.AdditionalPropertiesValue.FALSE)
    record CallRebuild(
            @Schema(defaultValue = "false", description = "empty the tables of calls and of their statistics first: what the topic does not hold any more is lost. By default rows stay, and are made right by what the topic holds") boolean empty) {}

    @Schema(name = "NewReplay", additionalProperties = Schema.AdditionalPropertiesValue.FALSE)
    record NewReplay(
            @Schema(description = "to which endpoint", requiredMode = Schema.RequiredMode.REQUIRED) UUID endpointId,
            @Schema(description = "of the append to the log, included", requiredMode = Schema.RequiredMode.REQUIRED, example = "2026-01-31T12:00:00Z") Instant from,
            @Schema(description = "excluded; by default, and at most, now", nullable = true, example = "2026-01-31T13:00:00Z") Instant to,
            @Schema(description = "of the leg; null: all", nullable = true, example = "460a36b6-09e7-466b-97d8-903c8cf4fc6c") String uuid,
            @Schema(description = "null: all that the endpoint subscribes to", allowableValues = {"originate", "answer",
                    "hangup"}, nullable = true) String action,
            @Schema(description = "counts what matches and sends nothing", defaultValue = "false") boolean dryRun) {}

    @Schema(name = "NewApiKey", additionalProperties = Schema.AdditionalPropertiesValue.FALSE)
    record NewApiKey(
            @Schema(description = "1-200 characters", requiredMode = Schema.RequiredMode.REQUIRED, example = "CRM of tenant A") String name,
            @Schema(description = "by default that of the calling key; null: all", nullable = true, example = "tenant-a.example") String tenant,
            @Schema(description = "at least one of read, write, admin", requiredMode = Schema.RequiredMode.REQUIRED, example = "[\"read\",\"write\"]") List<String> scopes,
            @Schema(description = "null: never", nullable = true, example = "2099-01-01T00:00:00Z") Instant expiresAt) {}

    @Schema(name = "Problem", description = "RFC 9457")
    record Problem(@Schema(example = "about:blank") String type, @Schema(example = "Bad Request") String title,
            @Schema(example = "400") int status, @Schema(example = "wrong: connection_timeout_sec") String detail,
            @Schema(description = "also in x-request-id and in the log", example = "5cf2a1de-7f2b-4b4a-9c39-2f6f1f3f5a10") String requestId,
            @Schema(description = "only with 400") List<FieldError> errors) {}

    @Schema(name = "FieldError")
    record FieldError(@Schema(example = "connection_timeout_sec") String field,
            @Schema(example = "31 (expected: a whole number from 1 to 30)") String message) {}
}

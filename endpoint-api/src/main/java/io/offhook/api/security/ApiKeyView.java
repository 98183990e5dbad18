package io.offhook.api.security;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;

/** A key as it is answered. */
@Schema(name = "ApiKey")
record ApiKeyView(UUID id, @Schema(example = "CRM of tenant A") String name,
        @Schema(description = "the only tenant whose data the key opens; null: all", example = "tenant-a.example", nullable = true) String tenant,
        @Schema(example = "[\"read\",\"write\"]") List<String> scopes,
        @Schema(description = "the first characters of the key", example = "ohk_3xGm1c") String keyPrefix,
        Instant createdAt,
        @Schema(description = "null: never", nullable = true) Instant expiresAt,
        @Schema(description = "at most a minute behind; null: never used", nullable = true) Instant lastUsedAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Schema(description = "only in the answer to POST /api-keys", example = "ohk_3xGm1cQ0b4YJm3uJ3E2q0H5rYy7p2m1s8v6w4z0x9aE") String key) {

    static ApiKeyView of(ApiKey key) {
        return of(key, null);
    }

    /** @param secret {@code null} to keep it out */
    static ApiKeyView of(ApiKey key, String secret) {
        return new ApiKeyView(key.id(), key.name(), key.tenant(), key.scopes().stream().map(Scope::wireName).toList(),
                key.keyPrefix(), key.createdAt(), key.expiresAt(), key.lastUsedAt(), secret);
    }
}

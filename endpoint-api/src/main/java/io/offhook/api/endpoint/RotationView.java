package io.offhook.api.endpoint;

import java.time.Instant;

import io.swagger.v3.oas.annotations.media.Schema;

/** @param previousExpiresAt {@code null} when the secret before signs no more */
@Schema(name = "RotatedSecret")
record RotationView(@Schema(example = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD") String secret,
        @Schema(description = "until then the secret before signs too; null: it does no more", nullable = true) Instant previousExpiresAt) {}

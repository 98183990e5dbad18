package io.offhook.api.endpoint;

import java.time.Instant;
import java.util.UUID;

import io.offhook.api.input.EntityTag;

/**
 * An endpoint as it stands in the database.
 *
 * @param disabledReason {@code null} exactly when enabled; else {@code manual} or {@code gone}
 * @param health {@code healthy}, {@code degraded}, {@code failing} or {@code disabled}, from the lane that all dispatchers share
 * @param version moved by changes of the configuration alone
 */
record RegisteredEndpoint(UUID id, EndpointConfig config, String disabledReason, String health, long version,
        Instant createdAt, Instant updatedAt) {

    EntityTag tag() {
        return EntityTag.ofVersion(version);
    }
}

package io.offhook.api.security;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * A key as it is shown: everything but the key itself, of which only the hash is kept.
 *
 * @param tenant the only one whose data the key opens; {@code null}: all
 * @param keyPrefix its first characters, so that its owner recognises it
 * @param expiresAt {@code null}: never
 * @param lastUsedAt at most a minute behind; {@code null}: never used
 */
record ApiKey(UUID id, String name, String tenant, List<Scope> scopes, String keyPrefix, Instant createdAt,
        Instant expiresAt, Instant lastUsedAt) {

    Caller caller() {
        return new Caller(id.toString(), name, tenant, Set.copyOf(scopes));
    }
}

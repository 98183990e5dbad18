package io.offhook.api.security;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

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

    /** What the audit log keeps of it. */
    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("name", name).put("tenant", tenant);
        var names = json.putArray("scopes");
        scopes.forEach(scope -> names.add(scope.wireName()));
        return json.put("key_prefix", keyPrefix).put("expires_at", expiresAt == null ? null : expiresAt.toString());
    }

    Caller caller() {
        return new Caller(id.toString(), name, tenant, Set.copyOf(scopes));
    }
}

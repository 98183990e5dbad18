package io.offhook.api.security;

import java.util.Objects;
import java.util.Set;

/**
 * Who sent a request.
 *
 * @param keyId of the key, {@code bootstrap} for the one from the settings
 * @param keyName as its creator named it
 * @param tenant the only one whose data the caller sees; {@code null}: all
 */
public record Caller(String keyId, String keyName, String tenant, Set<Scope> scopes) {

    static final Caller BOOTSTRAP = new Caller("bootstrap", "bootstrap administrator", null, Set.of(Scope.values()));

    public Caller {
        scopes = Set.copyOf(scopes);
    }

    /** Whether the caller sees what belongs to this tenant, {@code null} for what belongs to none. */
    public boolean sees(String owner) {
        return tenant == null || Objects.equals(tenant, owner);
    }
}

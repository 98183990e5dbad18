package io.offhook.api.security;

import java.util.Optional;

import io.offhook.api.settings.ApiSettings;
import io.offhook.db.SchemaMigration;
import io.offhook.runtime.InvalidSettingException;
import org.springframework.stereotype.Component;

/**
 * Whose key it is: the bootstrap administrator's from the settings, or one of the table. Made after the migrations have run, it stops
 * a start that would leave the API without anybody who may make a key.
 */
@Component
class Authentication {

    private final KeyHash bootstrap;
    private final ApiKeyRows keys;

    Authentication(ApiSettings settings, ApiKeyRows keys, SchemaMigration schema) {
        this.bootstrap = settings.adminKey() == null ? null : KeyHash.of(settings.adminKey());
        this.keys = keys;
        if (bootstrap == null) {
            // Only the database can say whether there is anybody; until it answers nobody could call anyway.
            schema.done().join();
        }
        if (bootstrap == null && !keys.hasAdministrator()) {
            throw new InvalidSettingException(ApiSettings.ADMIN_KEY, null, "a key, since"
                    + " the database has no valid API key with scope admin and no tenant");
        }
    }

    /** The bootstrap key is compared first, and needs no database. */
    Optional<Caller> of(String key) {
        KeyHash hash = KeyHash.of(key);
        if (bootstrap != null && bootstrap.matches(hash.bytes())) {
            return Optional.of(Caller.BOOTSTRAP);
        }
        Optional<ApiKey> found = keys.findValid(hash);
        found.ifPresent(keys::touch);
        return found.map(ApiKey::caller);
    }
}

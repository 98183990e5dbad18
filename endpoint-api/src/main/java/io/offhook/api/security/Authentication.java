package io.offhook.api.security;

import java.util.Optional;

import io.offhook.api.problem.Problem;
import io.offhook.api.problem.ProblemException;
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
    private final WrongKeys wrongKeys;

    Authentication(ApiSettings settings, ApiKeyRows keys, WrongKeys wrongKeys, SchemaMigration schema) {
        this.bootstrap = settings.adminKey() == null ? null : KeyHash.of(settings.adminKey());
        this.keys = keys;
        this.wrongKeys = wrongKeys;
        if (bootstrap == null) {
            // Only the database can say whether there is anybody; until it answers nobody could call anyway.
            schema.done().join();
        }
        if (bootstrap == null && !keys.hasAdministrator()) {
            throw new InvalidSettingException(ApiSettings.ADMIN_KEY, null, "a key, since"
                    + " the database has no valid API key with scope admin and no tenant");
        }
    }

    /**
     * @param address of the client, whose wrong keys are counted
     * @throws ProblemException 401 for a wrong key, 429 for one of too many
     */
    Caller of(String key, String address) {
        KeyHash hash = KeyHash.of(key);
        wrongKeys.admit(address, hash);
        Optional<Caller> caller = find(hash);
        if (caller.isEmpty()) {
            wrongKeys.wrong(address, hash);
            throw new ProblemException(Problem.unauthorized("the key is unknown or has expired"));
        }
        wrongKeys.right(hash);
        return caller.get();
    }

    /** The bootstrap key is compared first, and needs no database. */
    private Optional<Caller> find(KeyHash hash) {
        if (bootstrap != null && bootstrap.matches(hash.bytes())) {
            return Optional.of(Caller.BOOTSTRAP);
        }
        Optional<ApiKey> found = keys.findValid(hash);
        found.ifPresent(keys::touch);
        return found.map(ApiKey::caller);
    }
}

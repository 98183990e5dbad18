package io.offhook.api.security;

import java.time.Clock;
import java.time.Instant;
import java.util.List;

import io.offhook.api.input.Fields;
import io.offhook.api.problem.FieldErrors;
import tools.jackson.databind.node.ObjectNode;

/**
 * A key to be made.
 *
 * @param tenant {@code null}: of every tenant
 * @param expiresAt in the future; {@code null}: never
 */
record ApiKeyRequest(String name, String tenant, List<Scope> scopes, Instant expiresAt) {

    private static final int MAX_NAME = 200;

    /** @throws io.offhook.api.problem.ProblemException 400 with every wrong field */
    static ApiKeyRequest read(ObjectNode body, Caller caller, Clock clock) {
        var fields = new Fields(body, new FieldErrors());
        String name = fields.text("name", 1, MAX_NAME, null);
        if (!fields.has("name")) {
            fields.errors().add("name", "missing (expected: a string of 1 to " + MAX_NAME + " characters)");
        }
        String tenant = TenantField.read(fields, caller);
        List<Scope> scopes = List.of();
        if (fields.has("scopes")) {
            scopes = fields.choices("scopes", Scope.class, Scope::wireName);
        } else {
            fields.errors().add("scopes", "missing (expected: a list of at least one of read, write, admin)");
        }
        Instant expiresAt = fields.time("expires_at");
        if (expiresAt != null && !expiresAt.isAfter(clock.instant())) {
            fields.refuse("expires_at", "a time to come");
        }
        fields.finish();
        return new ApiKeyRequest(name, tenant, scopes, expiresAt);
    }
}

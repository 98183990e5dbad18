package io.offhook.dispatcher.endpoint;

import java.time.Instant;
import java.util.List;

import io.offhook.model.Endpoint;
import io.offhook.sender.SigningSecret;

/** An endpoint with what is needed to sign for it. */
public record RegisteredEndpoint(Endpoint endpoint, List<Secret> secrets) {

    /** @param expiresAt end of the grace after a rotation; {@code null} for the current one */
    record Secret(SigningSecret value, Instant expiresAt) {}

    public RegisteredEndpoint {
        if (secrets == null || secrets.stream().noneMatch(secret -> secret.expiresAt() == null)) {
            throw new IllegalArgumentException("secrets: " + secrets + " (expected: one that does not expire)");
        }
        secrets = List.copyOf(secrets);
    }

    public List<SigningSecret> secretsValidAt(Instant now) {
        if (secrets.size() == 1) {
            return List.of(secrets.getFirst().value());
        }
        return secrets.stream().filter(secret -> secret.expiresAt() == null || secret.expiresAt().isAfter(now))
                .map(Secret::value)
                .toList();
    }
}

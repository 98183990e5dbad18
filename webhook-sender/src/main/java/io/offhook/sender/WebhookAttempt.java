package io.offhook.sender;

import java.util.List;
import java.util.Objects;
import java.util.UUID;

import io.offhook.model.CallEventMessage;
import io.offhook.model.Endpoint;

/**
 * What is to be POSTed once.
 *
 * @param secrets all that are valid now, at least one; each signs, so that a receiver may hold the old or the new one
 * @param number 1 for the first attempt of the delivery, then 2, ...
 * @param replayId {@code null} unless the delivery belongs to a replay
 */
public record WebhookAttempt(Endpoint endpoint, List<SigningSecret> secrets, CallEventMessage message, int number,
        UUID replayId) {

    public WebhookAttempt {
        Objects.requireNonNull(endpoint, "endpoint");
        Objects.requireNonNull(message, "message");
        secrets = List.copyOf(secrets);
        if (secrets.isEmpty()) {
            throw new IllegalArgumentException("secrets: none (expected: at least one)");
        }
        if (number < 1) {
            throw new IllegalArgumentException("number: " + number + " (expected: >= 1)");
        }
    }
}

package io.offhook.testkit.freeswitch;

import java.util.List;

/**
 * A directory user who may log in with {@code userauth name:password} (parameters {@code esl-password}, {@code esl-allowed-events},
 * {@code esl-allowed-api}, {@code esl-allowed-log}).
 *
 * @param name          {@code user@domain}
 * @param password      password
 * @param allowedEvents events that the user may subscribe to; empty = all
 * @param allowedApis   API commands that the user may call; empty = all
 * @param allowedLog    whether the {@code log} command is allowed
 */
public record EslUser(String name, String password, List<String> allowedEvents, List<String> allowedApis,
        boolean allowedLog) {

    public EslUser {
        allowedEvents = List.copyOf(allowedEvents);
        allowedApis = List.copyOf(allowedApis);
    }
}

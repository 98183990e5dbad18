package io.offhook.model;

import java.util.Locale;
import java.util.Optional;

/** Which way a leg goes, as the body's {@code direction} says it. */
public enum CallDirection {
    INBOUND, OUTBOUND, LOCAL;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }

    /** Empty for anything but {@code inbound}, {@code outbound} and {@code local}, {@code null} included. */
    public static Optional<CallDirection> ofWireName(String name) {
        return switch (name) {
            case "inbound" -> Optional.of(INBOUND);
            case "outbound" -> Optional.of(OUTBOUND);
            case "local" -> Optional.of(LOCAL);
            case null, default -> Optional.empty();
        };
    }
}

package io.offhook.api.security;

import java.util.Locale;

/** What a key may do. None includes another. */
public enum Scope {
    /** Reading. */
    READ,
    /** Changing endpoints and failed webhooks. */
    WRITE,
    /** Managing API keys: those of its tenant, or all when it has none. */
    ADMIN;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }
}

package io.offhook.sender;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Why an attempt failed. The wire names stand in the API ({@code last_error}, {@code error}) and in the database. */
public enum AttemptError {
    /** The name does not resolve, or resolving it took the whole connection time-out. */
    DNS, CONNECT_REFUSED,
    /** No connection within its time-out; also an unreachable host or network. */
    CONNECT_TIMEOUT,
    /** The handshake failed, or the connection time-out ended in it. */
    TLS,
    /** Connected, but the last byte of the response did not arrive in time. */
    REQUEST_TIMEOUT,
    /** The connection ended before the response did. */
    CONNECTION_RESET,
    /** 3xx, never followed. */
    REDIRECT, HTTP_4XX, HTTP_5XX,
    /** The URL means no address that Offhook may connect to. */
    BLOCKED_ADDRESS,
    /** What came back is not an HTTP/1.x response. */
    RESPONSE_INVALID;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }

    public static Optional<AttemptError> ofWireName(String name) {
        return Arrays.stream(values()).filter(error -> error.wireName.equals(name)).findFirst();
    }
}

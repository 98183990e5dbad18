package io.offhook.ingestor.esl;

/** Where a connection to a node stands. Each state but {@code LIVE} and {@code WAITING} has a deadline. */
public enum ConnectionState {
    /** Nothing under way until the next attempt. */
    WAITING, CONNECTING, AUTHENTICATING, SUBSCRIBING,
    /** Events arrive. */
    LIVE,
    /** Closed for good. */
    CLOSED
}

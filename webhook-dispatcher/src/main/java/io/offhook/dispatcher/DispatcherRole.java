package io.offhook.dispatcher;

/** A part of a dispatcher that a process may have without the others. */
public enum DispatcherRole {
    /** Reads call events and delivers them. */
    LIVE,
    /** Sends rows of failed webhooks again, and runs replays. */
    RETRY,
    /** Writes hand-offs and attempts from their topics into PostgreSQL. */
    PERSIST
}

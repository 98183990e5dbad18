package io.offhook.sender;

/**
 * Connections of a sender since it was built.
 *
 * @param opened TCP connections that were established, TLS included where the URL asks for it
 * @param reused requests that went over a connection opened for an earlier one
 * @param idle connections that wait for a next request now
 */
public record ConnectionStats(long opened, long reused, int idle) {}

package io.offhook.sender;

/**
 * Look-ups of a resolver now.
 *
 * @param waiting names that wait for a thread
 * @param underWay names whose look-up has a thread, those that were given up and have not returned included
 */
public record LookUpStats(int waiting, int underWay) {}

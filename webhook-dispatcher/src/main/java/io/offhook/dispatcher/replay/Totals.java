package io.offhook.dispatcher.replay;

/**
 * What a replay has come to.
 *
 * @param progress part of the log that is done, 0-1
 * @param eventsPerSec matching events a second lately
 */
record Totals(long matched, long delivered, long failed, double progress, double eventsPerSec) {}

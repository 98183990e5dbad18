package io.offhook.dispatcher.retry;

import java.time.Duration;

/**
 * @param schedule back-off of endpoints and rows
 * @param maxAge a row older than this is exhausted
 * @param messageTries attempts of a delivery that the receiver refuses for the message itself
 * @param passAfter how long after an event's own failure the leg's next event may pass it
 * @param keepEnded how long ended rows stay
 * @param claimInterval between looks for due rows
 * @param sweepInterval between looks for rows that are too old or too many
 * @param maxPending open rows of one endpoint; beyond them the oldest are exhausted
 */
public record RetrySettings(RetrySchedule schedule, Duration maxAge, int messageTries, Duration passAfter,
        Duration keepEnded,
        Duration claimInterval, Duration sweepInterval, int maxPending) {}

package io.offhook.dispatcher.live;

import java.time.Duration;

/**
 * @param maxUnsettled deliveries accepted and not settled, beyond which the topic is not read on
 * @param maxSpan offsets of a partition from the first not settled to the last read, beyond which it is not read on
 * @param leastReadPerSecond records; slower than that full lanes never make the reading
 * @param idMemory how long an id is known as seen
 * @param readBack how far before the committed offset a partition is read on assignment, for ids alone
 * @param commitInterval between commits
 * @param revokeDrain how long a partition's requests under way may end before it is given up
 */
public record LiveSettings(int maxUnsettled, long maxSpan, int leastReadPerSecond, Duration idMemory, Duration readBack,
        Duration commitInterval,
        Duration revokeDrain) {}

package io.offhook.dispatcher.replay;

import java.time.Instant;

/**
 * How far a replay has come in a partition.
 *
 * @param next all before it is delivered, handed off, or none of the replay
 * @param readTo append time of the last record read; the start of the range before the first
 */
record PartitionProgress(int partition, long start, long next, long end, Instant readTo) {

    PartitionProgress reached(long offset, Instant time) {
        return new PartitionProgress(partition, start, Math.clamp(offset, next, end), end, time);
    }

    boolean isDone() { return next >= end; }

    boolean isBegun() { return next > start; }
}

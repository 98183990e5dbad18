package io.offhook.runtime.events;

/**
 * The part of an {@link EventRange} that lies in one partition.
 *
 * @param readFrom offset from which on ids are learnt, so that a record whose first copy lies just before the range is known as a
 *        duplicate; at most {@code start}
 * @param start first offset that is meant
 * @param end behind the last one that is meant
 */
public record PartitionRange(int partition, long readFrom, long start, long end) {

    public boolean isEmpty() { return start >= end; }

    /** What is left once all before {@code next} is done. */
    public PartitionRange resumedAt(long next, long learnFrom) {
        return new PartitionRange(partition, Math.min(learnFrom, next), next, end);
    }
}

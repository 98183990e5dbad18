package io.offhook.runtime.events;

import java.time.Instant;
import java.util.Optional;

/**
 * Which records of the events topic are meant. Times are those of their append, in milliseconds.
 *
 * @param from included
 * @param to excluded; empty for the end of the topic as it is when the range is looked up
 * @param uuid of the leg, whose records are in one partition; empty for all partitions
 */
public record EventRange(Instant from, Optional<Instant> to, Optional<String> uuid) {}

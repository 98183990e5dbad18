package io.offhook.chaos;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * When nobody listened to a node, by its clock, microseconds since the epoch. A gap begins some time before the fault: what was queued
 * for a listener that goes is lost with it.
 */
final class Gaps {

    /** A loaded machine has events of most of a second between FreeSWITCH's thread and the listener's. */
    private static final long MARGIN_MICROS = Duration.ofSeconds(1).toMillis() * 1000;

    /**
     * What it takes to find out which legs there are: a second until FreeSWITCH is asked, as its list lags, and a question for each of
     * some 500 legs, 200 a second.
     */
    private static final long FIND_OUT_MICROS = Duration.ofSeconds(4).toMillis() * 1000;

    private record Gap(long from, long to) {
        boolean has(long micros) {
            return micros >= from && micros <= to;
        }
    }

    private final List<Gap> closed = new ArrayList<>();
    private long openSince = Long.MAX_VALUE;

    /** Nothing that happens reaches an ingestor any more, and what happened last may not have; does nothing within a gap. */
    synchronized void begin() {
        if (openSince == Long.MAX_VALUE) {
            openSince = nowMicros() - MARGIN_MICROS;
        }
    }

    /** What happens from now on is heard; does nothing outside a gap. */
    synchronized void end() {
        if (openSince != Long.MAX_VALUE) {
            closed.add(new Gap(openSince, nowMicros()));
            openSince = Long.MAX_VALUE;
        }
    }

    synchronized int count() {
        return all().size();
    }

    synchronized boolean contain(long micros) {
        return all().stream().anyMatch(gap -> gap.has(micros));
    }

    /** Whether both moments are in one gap, so that nobody listened from the one to the other. */
    synchronized boolean containSpan(long from, long to) {
        var spans = new ArrayList<Gap>();
        for (Gap gap : all()) {
            Gap before = spans.isEmpty() ? null : spans.getLast();
            // Between two gaps somebody listened for too short to find out which legs there were.
            if (before != null && gap.from + MARGIN_MICROS - before.to < FIND_OUT_MICROS) {
                spans.set(spans.size() - 1, new Gap(before.from, gap.to));
            } else {
                spans.add(gap);
            }
        }
        return spans.stream().anyMatch(gap -> gap.has(from) && gap.has(to));
    }

    /** Whether any gap has a part of the span. */
    synchronized boolean touch(long from, long to) {
        return all().stream().anyMatch(gap -> gap.from <= to && gap.to >= from);
    }

    private List<Gap> all() {
        var all = new ArrayList<>(closed);
        if (openSince != Long.MAX_VALUE) {
            all.add(new Gap(openSince, Long.MAX_VALUE));
        }
        return all;
    }

    private static long nowMicros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }
}

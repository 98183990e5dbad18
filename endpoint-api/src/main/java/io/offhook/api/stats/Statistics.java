package io.offhook.api.stats;

import java.util.Map;
import java.util.TreeMap;

import io.offhook.db.LatencyBuckets;

/** Sums of one step, or of all. */
final class Statistics {

    private long calls;
    private long answered;
    private long completed;
    private long talkSec;
    private long concurrent;
    private long deliveries;
    private long failures;
    private final Map<String, Long> causes = new TreeMap<>();
    private final LatencyBuckets latency = new LatencyBuckets();

    void add(StatsRows.CallCounts more) {
        calls += more.calls();
        answered += more.answered();
        completed += more.completed();
        talkSec += more.talkSec();
    }

    void add(StatsRows.CauseCount more) {
        causes.merge(more.cause(), more.calls(), Long::sum);
    }

    void add(StatsRows.DeliveryCounts more) {
        deliveries += more.deliveries();
        failures += more.failures();
        latency.add(more.latency());
    }

    /** The highest counts. */
    void sawConcurrent(long open) {
        concurrent = Math.max(concurrent, open);
    }

    StatsView.Numbers ofDeliveries() {
        return new StatsView.Numbers(null, null, null, null, null, null, deliveries, failures, latencies());
    }

    StatsView.Numbers ofAll() {
        return new StatsView.Numbers(calls, answered, ratio(answered, calls), ratio(talkSec, completed), causes,
                concurrent, deliveries, failures, latencies());
    }

    private static Double ratio(long part, long whole) {
        return whole == 0 ? null : (Double) (Math.round(10_000.0 * part / whole) / 10_000.0);
    }

    private StatsView.Latency latencies() {
        return latency.percentile(100) == null
                ? null
                : new StatsView.Latency(tenths(latency.percentile(50)), tenths(latency.percentile(95)),
                        tenths(latency.percentile(99)));
    }

    private static double tenths(double millis) {
        return Math.round(millis * 10) / 10.0;
    }
}

package io.offhook.bench.dispatch;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.offhook.bench.Usage;

/**
 * What was delivered in a stretch of time, and what processes used for it.
 *
 * @param cpuSeconds of the processes that deliver
 */
record Window(double seconds, long deliveries, double cpuSeconds) {

    private static final long LOOK_MILLIS = 50;
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(90);

    double perSecond() {
        return deliveries / seconds;
    }

    double cpuMicros() {
        return cpuSeconds * 1e6 / deliveries;
    }

    double cores() {
        return cpuSeconds / seconds;
    }

    /**
     * Waits for the first delivery and the warm-up, then looks until the time is up or nearly all is delivered.
     *
     * @param delivered counts up
     * @param records there are to deliver; the last twentieth is left out, where partitions run dry
     * @param until the count at which all are delivered
     */
    static Window of(LongSupplier delivered, long records, long until, List<Long> pids, int warmup, int measure)
            throws InterruptedException {
        long before = delivered.getAsLong();
        long deadline = System.nanoTime() + FIRST_NANOS;
        while (delivered.getAsLong() == before) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("nothing was delivered");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        TimeUnit.SECONDS.sleep(warmup);
        long begin = System.nanoTime();
        double cpu = cpu(pids);
        long first = delivered.getAsLong();
        long enough = until - records / 20;
        long end = begin + TimeUnit.SECONDS.toNanos(measure);
        while (System.nanoTime() < end && delivered.getAsLong() < enough) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        long last = delivered.getAsLong();
        double used = cpu(pids) - cpu;
        double seconds = (System.nanoTime() - begin) / 1e9;
        if (seconds < measure / 2.0) {
            throw new IllegalStateException("all was delivered after " + (warmup + seconds) + " s: --records more");
        }
        return new Window(seconds, last - first, used);
    }

    private static double cpu(List<Long> pids) {
        return pids.stream().mapToDouble(Usage::cpuSeconds).sum();
    }
}

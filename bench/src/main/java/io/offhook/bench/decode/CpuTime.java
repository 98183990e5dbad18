package io.offhook.bench.decode;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the thread itself has worked: another process that takes the core away changes the wall clock, not this. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class CpuTime {

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    /** Nanoseconds, in one iteration. */
    public long nanos;
    /** Times that the stream was decoded, in one iteration. */
    public long passes;

    void add(long sinceNanos) {
        nanos += now() - sinceNanos;
        passes++;
    }

    long now() {
        return threads.getCurrentThreadCpuTime();
    }
}

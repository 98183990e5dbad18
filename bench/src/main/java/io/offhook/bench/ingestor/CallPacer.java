package io.offhook.bench.ingestor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Begins calls at a steady rate, each at the next node, whether or not anybody keeps up, and sees each to its end. */
public final class CallPacer {

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final CallScript script;
    private final List<ReplayedNode> nodes;
    private final String run = "%08x-%04x".formatted(new SecureRandom().nextInt(), new SecureRandom().nextInt(1 << 16));
    private final ByteBuffer out;
    private volatile long sentEvents;
    private volatile long maxLagNanos;

    public CallPacer(CallScript script, List<ReplayedNode> nodes) {
        this.script = script;
        this.nodes = nodes;
        int largest = 0;
        for (int stage = 0; stage < script.stages(); stage++) {
            largest = Math.max(largest, script.bytes(stage));
        }
        this.out = ByteBuffer.allocate(largest);
    }

    /**
     * Plays all calls that begin within the time and returns when the last one has ended.
     *
     * @param callsPerSecond of all nodes together
     * @return how many calls that were
     */
    public long play(double callsPerSecond, long nanos) throws IOException {
        int calls = (int) (callsPerSecond * nanos / 1e9);
        int stages = script.stages();
        long[] times = new long[calls * stages];
        int[] next = new int[stages];
        long begin = System.nanoTime();
        while (next[stages - 1] < calls) {
            long now = System.nanoTime() - begin;
            for (int stage = 0; stage < stages; stage++) {
                long due = dueNanos(next[stage], stage, callsPerSecond);
                while (next[stage] < calls && due <= now) {
                    maxLagNanos = Math.max(maxLagNanos, System.nanoTime() - begin - due);
                    send(next[stage], stage, times);
                    next[stage]++;
                    due = dueNanos(next[stage], stage, callsPerSecond);
                }
            }
            LockSupport.parkNanos(TICK_NANOS);
        }
        return calls;
    }

    private long dueNanos(int call, int stage, double callsPerSecond) {
        return (long) (call / callsPerSecond * 1e9) + script.offsetNanos(stage);
    }

    private void send(int call, int stage, long[] times) throws IOException {
        ReplayedNode node = nodes.get(call % nodes.size());
        times[call * script.stages() + stage] = nowMicros();
        script.write(out.clear(), stage, node.core(), uuid(call, 'a'), uuid(call, 'b'), times, call * script.stages());
        node.send(out.flip());
        sentEvents += script.events(stage);
    }

    private byte[] uuid(int call, char leg) {
        String hex = Integer.toHexString(call);
        return (run + "-4000-8000-" + leg + "0".repeat(11 - hex.length()) + hex).getBytes(StandardCharsets.US_ASCII);
    }

    /** By the clock of the broker on the same machine. */
    public static long nowMicros() {
        Instant now = Clock.systemUTC().instant();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
    }

    long sentEvents() {
        return sentEvents;
    }

    /** How late the latest stage was sent: the load's own failure to keep its rate, since nobody read or it had no time. */
    public long maxLagMillis() {
        return TimeUnit.NANOSECONDS.toMillis(maxLagNanos);
    }
}

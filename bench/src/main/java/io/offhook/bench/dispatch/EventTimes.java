package io.offhook.bench.dispatch;

import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;

import io.offhook.bench.Samples;
import io.offhook.bench.ingestor.CallPacer;

/** From the time that an event's body bears, the last one in it, to its arrival. */
final class EventTimes implements Receivers.Listener {

    private static final byte[] NAME_END = "_uepoch\":".getBytes(StandardCharsets.US_ASCII);

    private final int receiver;
    private final long[] happened;
    private final long[] arrived;
    private volatile int count;

    /**
     * @param receiver the one that counts
     * @param events at most
     */
    EventTimes(int receiver, int events) {
        this.receiver = receiver;
        happened = new long[events];
        arrived = new long[events];
    }

    @Override
    public void received(int number, byte[] bytes, int at, int length) {
        if (number != receiver) {
            return;
        }
        int next = count;
        arrived[next] = CallPacer.nowMicros();
        happened[next] = lastTime(bytes, at, length);
        count = next + 1;
    }

    private static long lastTime(byte[] bytes, int from, int length) {
        int at = from + length - NAME_END.length;
        while (at > from && !matches(bytes, at)) {
            at--;
        }
        long time = 0;
        for (int i = at + NAME_END.length; bytes[i] >= '0' && bytes[i] <= '9'; i++) {
            time = time * 10 + bytes[i] - '0';
        }
        return time;
    }

    private static boolean matches(byte[] bytes, int at) {
        for (int i = 0; i < NAME_END.length; i++) {
            if (bytes[at + i] != NAME_END[i]) {
                return false;
            }
        }
        return true;
    }

    int count() {
        return count;
    }

    int capacity() {
        return arrived.length;
    }

    /** Milliseconds, of the events that happened in the time. */
    Samples latencies(long fromMicros, long toMicros) {
        double[] found = IntStream.range(0, count)
                .filter(i -> happened[i] >= fromMicros && happened[i] < toMicros)
                .mapToDouble(i -> (arrived[i] - happened[i]) / 1000.0).toArray();
        if (found.length == 0) {
            throw new IllegalStateException("nothing of the time measured has arrived");
        }
        return new Samples(found);
    }
}

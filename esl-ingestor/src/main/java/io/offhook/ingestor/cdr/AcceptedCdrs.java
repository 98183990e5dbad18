package io.offhook.ingestor.cdr;

import java.time.Duration;
import java.util.LinkedHashMap;

/**
 * Which CDRs were accepted of late. FreeSWITCH sends one again when the answer came too late for it, and somebody may send its error
 * file as well. A copy that is not recognized costs a record more in the topic, nothing else.
 */
final class AcceptedCdrs {

    /** Ten minutes of 100 legs per second; an entry has about 300 bytes, so 18 MB. */
    private static final int MOST = 60_000;

    /** A uuid that the originator chose may serve again on the same core; its leg has another start then. */
    private record Key(String core, String uuid, long callStart) {}

    private final long memoryNanos;
    private final LinkedHashMap<Key, Long> acceptedAt = new LinkedHashMap<>();

    AcceptedCdrs(Duration memory) {
        this.memoryNanos = memory.toNanos();
    }

    synchronized void add(CdrReport cdr, long nanos) {
        acceptedAt.putLast(key(cdr), nanos);
        forget(nanos);
    }

    synchronized boolean contains(CdrReport cdr, long nanos) {
        forget(nanos);
        return acceptedAt.containsKey(key(cdr));
    }

    private void forget(long nanos) {
        while (!acceptedAt.isEmpty()
                && (acceptedAt.size() > MOST || nanos - acceptedAt.firstEntry().getValue() > memoryNanos)) {
            acceptedAt.pollFirstEntry();
        }
    }

    private static Key key(CdrReport cdr) {
        return new Key(cdr.coreUuid(), cdr.uuid(), cdr.callStart());
    }
}

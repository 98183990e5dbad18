package io.offhook.ingestor.cdr;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

import io.offhook.ingestor.cdr.CdrFeed.Use;
import io.offhook.ingestor.cdr.WaitingCdrs.Entry;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands over CDRs whose time has come, one batch at a time, and those that failed again later. */
final class CdrUses {

    private static final Logger log = LoggerFactory.getLogger(CdrUses.class);
    private static final long LEAST_BACKOFF_MILLIS = 500;
    private static final long MOST_BACKOFF_MILLIS = 30_000;
    /** About eight minutes of trying. A CDR that cannot be used for a reason of its own must not hold the offset for ever. */
    private static final int GIVE_UP_AFTER = 20;

    private record Handed(Entry entry, CompletableFuture<Void> future) {}

    private final Use use;
    private final WaitingCdrs waiting;
    private List<Handed> batch = List.of();
    private final Complaint failing = new Complaint(log, "a CDR could not be used");

    CdrUses(Use use, WaitingCdrs waiting) {
        this.use = use;
        this.waiting = waiting;
    }

    boolean busy() {
        return !batch.isEmpty();
    }

    /** What was handed over may still complete, and nobody looks at it any more. */
    void forget() {
        batch = List.of();
    }

    /** Settles the batch once all of it is done, and hands over the next. */
    void handOver(long nanos, int most) {
        if (batch.stream().anyMatch(handed -> !handed.future().isDone())) {
            return;
        }
        batch.forEach(handed -> settle(handed, nanos));
        batch = waiting.due(nanos, most).stream().map(entry -> new Handed(entry, start(entry.report()))).toList();
    }

    private CompletableFuture<Void> start(CdrReport cdr) {
        try {
            return use.use(cdr);
        } catch (RuntimeException e) {
            // As if it had failed later: tried again, and then given up.
            return CompletableFuture.failedFuture(e);
        }
    }

    private void settle(Handed handed, long nanos) {
        Throwable failure = handed.future().handle((_, e) -> e).join();
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
        Entry entry = handed.entry();
        if (cause == null) {
            waiting.used(entry);
            if (entry.tries() > 0) {
                failing.over();
            }
        } else if (!(cause instanceof KafkaException) && entry.tries() >= GIVE_UP_AFTER - 1) {
            log.error("the CDR of leg {} on core {} is given up after {} tries", entry.report().uuid(),
                    entry.report().coreUuid(), GIVE_UP_AFTER, cause);
            waiting.used(entry);
        } else {
            long backoff = Math.min(MOST_BACKOFF_MILLIS, LEAST_BACKOFF_MILLIS << Math.min(entry.tries(), 10));
            entry.again(nanos + TimeUnit.MILLISECONDS.toNanos(backoff));
            failing.because(String.valueOf(cause));
        }
    }
}

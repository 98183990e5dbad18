package io.offhook.testkit.receiver;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * Everything that a receiver was sent, in the order of arrival. All methods may be called from any thread; what they
 * return is a copy.
 *
 * <p>A delivery is told apart by path, webhook-id and replay id, as receivers are told to do. It counts as accepted when
 * it was answered 2xx, and as a duplicate when it had been accepted before.
 */
public final class Ledger {
    /** How much is kept of each request. */
    public enum Detail {
        /** Everything. About 2 KB each for a webhook of 700 bytes. */
        ENTRIES,
        /** Only how many there were; for benchmarks. */
        COUNTS
    }

    private final Detail detail;
    private final int limit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Received> entries = new ArrayList<>();
    private final Set<Delivery> acceptedDeliveries = new HashSet<>();
    private final Map<String, Long> byPath = new TreeMap<>();
    private long total;
    private long duplicates;
    private long version;

    private record Delivery(String path, String webhookId, String replayId) {
        static Delivery of(Received entry) {
            return new Delivery(entry.path(), entry.webhookId(), entry.replayId());
        }
    }

    Ledger(Detail detail, int limit) {
        this.detail = detail;
        this.limit = limit;
    }

    void add(Received entry) {
        lock.lock();
        try {
            total++;
            version++;
            byPath.merge(entry.path(), 1L, Long::sum);
            if (detail == Detail.ENTRIES && entries.size() < limit) {
                entries.add(entry);
                if (entry.accepted() && !entry.webhookId().isEmpty() && !acceptedDeliveries.add(Delivery.of(entry))) {
                    duplicates++;
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void clear() {
        lock.lock();
        try {
            entries.clear();
            acceptedDeliveries.clear();
            byPath.clear();
            total = 0;
            duplicates = 0;
            version++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How many requests arrived, whatever they were answered. */
    public long count() {
        lock.lock();
        try {
            return total;
        } finally {
            lock.unlock();
        }
    }

    /** How many requests arrived per path. */
    public Map<String, Long> countByPath() {
        lock.lock();
        try {
            return new TreeMap<>(byPath);
        } finally {
            lock.unlock();
        }
    }

    /** How many different deliveries were accepted. Requests without a webhook-id are not counted. */
    public long acceptedCount() {
        lock.lock();
        try {
            requireComplete();
            return acceptedDeliveries.size();
        } finally {
            lock.unlock();
        }
    }

    /** How many requests brought a delivery that had been accepted before and were accepted again. */
    public long duplicateCount() {
        lock.lock();
        try {
            requireComplete();
            return duplicates;
        } finally {
            lock.unlock();
        }
    }

    /**
     * All requests.
     *
     * @throws IllegalStateException, like every method that looks at entries, when more arrived than the ledger holds or
     *         it keeps counts only: a check of a part would prove nothing
     */
    public List<Received> all() {
        lock.lock();
        try {
            requireComplete();
            return List.copyOf(entries);
        } finally {
            lock.unlock();
        }
    }

    /** The requests with this webhook-id. */
    public List<Received> byWebhookId(String webhookId) {
        return where(entry -> entry.webhookId().equals(webhookId));
    }

    /** The requests to this path, without query. */
    public List<Received> byPath(String path) {
        return where(entry -> entry.path().equals(path));
    }

    /** The requests that meet a condition. */
    public List<Received> where(Predicate<Received> condition) {
        return all().stream().filter(condition).toList();
    }

    /** The requests of {@link #duplicateCount()}. */
    public List<Received> duplicates() {
        Set<Delivery> seen = new HashSet<>();
        return where(entry -> entry.accepted() && !entry.webhookId().isEmpty() && !seen.add(Delivery.of(entry)));
    }

    /** The first accepted request of each delivery to this path, per leg, in order of arrival. */
    public Map<String, List<Received>> firstAcceptedByLeg(String path) {
        Set<Delivery> seen = new HashSet<>();
        Map<String, List<Received>> legs = new LinkedHashMap<>();
        for (Received entry : all()) {
            if (entry.path().equals(path) && entry.accepted() && seen.add(Delivery.of(entry))) {
                legs.computeIfAbsent(entry.leg(), leg -> new ArrayList<>()).add(entry);
            }
        }
        return legs;
    }

    /** What the ledger says as a whole. */
    public LedgerReport report() {
        return LedgerReport.of(all());
    }

    /** Waits until so many requests arrived; see {@link #await}. */
    public void awaitCount(long count, Duration limit) {
        await(ledger -> ledger.count() >= count, limit);
    }

    /** Waits until so many different deliveries were accepted; see {@link #await}. */
    public void awaitAccepted(long count, Duration limit) {
        await(ledger -> ledger.acceptedCount() >= count, limit);
    }

    /**
     * Waits until the condition holds. It is looked at now and after arrivals, on the calling thread; arrivals do not
     * wait for it.
     *
     * @throws IllegalStateException when the time is up; the message says what had arrived
     */
    public void await(Predicate<Ledger> condition, Duration timeLimit) {
        long deadline = System.nanoTime() + timeLimit.toNanos();
        long seen = version();
        while (!condition.test(this)) {
            seen = awaitChangeAfter(seen, deadline, timeLimit);
        }
    }

    private long version() {
        lock.lock();
        try {
            return version;
        } finally {
            lock.unlock();
        }
    }

    private long awaitChangeAfter(long seen, long deadline, Duration timeLimit) {
        lock.lock();
        try {
            while (version == seen) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new IllegalStateException("not met within " + timeLimit + "; arrived: " + byPath
                            + ", deliveries accepted: " + acceptedDeliveries.size() + ", duplicates: " + duplicates);
                }
                changed.await(left, TimeUnit.NANOSECONDS);
            }
            return version;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for webhooks", e);
        } finally {
            lock.unlock();
        }
    }

    private void requireComplete() {
        if (detail == Detail.COUNTS) {
            throw new IllegalStateException("this ledger keeps counts only");
        }
        if (total > limit) {
            throw new IllegalStateException(total + " requests arrived, the ledger holds " + limit
                    + ": raise ledgerLimit or keep counts only");
        }
    }
}

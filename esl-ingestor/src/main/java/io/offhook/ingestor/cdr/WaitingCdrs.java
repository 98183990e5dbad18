package io.offhook.ingestor.cdr;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * CDRs read and not yet used, in the order of their partitions, and the offsets up to which all are used. One thread changes it; any
 * may ask for a leg's CDR.
 */
final class WaitingCdrs {

    /** A record of the topic; {@code report} is {@code null} when it is no CDR, and then it is used already. */
    static final class Entry {
        private final long offset;
        private final CdrReport report;
        private long dueNanos;
        private int tries;
        private boolean used;

        Entry(long offset, CdrReport report, long dueNanos) {
            this.offset = offset;
            this.report = report;
            this.dueNanos = dueNanos;
            this.used = report == null;
        }

        CdrReport report() {
            return report;
        }

        int tries() {
            return tries;
        }

        void again(long dueAtNanos) {
            tries++;
            dueNanos = dueAtNanos;
        }
    }

    private final Map<TopicPartition, Deque<Entry>> partitions = new HashMap<>();
    private final Map<TopicPartition, OffsetAndMetadata> settled = new HashMap<>();
    private final Map<String, List<CdrReport>> byUuid = new ConcurrentHashMap<>();
    private volatile int size;

    void add(TopicPartition partition, Entry entry) {
        partitions.computeIfAbsent(partition, _ -> new ArrayDeque<>()).add(entry);
        size++;
        if (entry.report != null) {
            byUuid.merge(entry.report.uuid(), List.of(entry.report),
                    (known, more) -> Stream.concat(known.stream(), more.stream()).toList());
        }
    }

    int size() {
        return size;
    }

    /** The first CDR of the leg among those that wait: of two cores that own a leg the one that reports its end first counts. */
    Optional<CdrReport> of(String uuid) {
        return byUuid.getOrDefault(uuid, List.of()).stream().findFirst();
    }

    /** Those whose time has come, in the order of each partition; one that must be tried again does not hold up those behind it. */
    List<Entry> due(long nanos, int most) {
        var due = new ArrayList<Entry>();
        for (Deque<Entry> entries : partitions.values()) {
            for (Entry entry : entries) {
                // Those behind came later; only one that failed is due later than those behind it.
                if (due.size() == most || entry.dueNanos - nanos > 0 && entry.tries == 0) {
                    break;
                }
                if (!entry.used && entry.dueNanos - nanos <= 0) {
                    due.add(entry);
                }
            }
        }
        return due;
    }

    void used(Entry entry) {
        entry.used = true;
        byUuid.computeIfPresent(entry.report.uuid(), (_, known) -> {
            List<CdrReport> left = known.stream().filter(report -> report != entry.report).toList();
            return left.isEmpty() ? null : left;
        });
    }

    /** The offsets to commit: behind the used ones from the front of each partition. They stay until {@link #committed}. */
    Map<TopicPartition, OffsetAndMetadata> settled() {
        partitions.forEach((partition, entries) -> {
            while (!entries.isEmpty() && entries.peek().used) {
                settled.put(partition, new OffsetAndMetadata(entries.remove().offset + 1));
                size--;
            }
        });
        return settled;
    }

    void committed() {
        settled.clear();
    }

    /** Forgets all; the topic will be read again from the committed offsets. */
    void clear() {
        partitions.clear();
        settled.clear();
        byUuid.clear();
        size = 0;
    }
}

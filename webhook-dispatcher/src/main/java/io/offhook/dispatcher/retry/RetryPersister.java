package io.offhook.dispatcher.retry;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.offhook.dispatcher.persist.IndexScans;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.kafka.listener.BatchMessageListener;

/**
 * The retry topic into rows: a batch in one transaction, with the offsets that it reaches. While PostgreSQL is away it throws, so that
 * the batch comes again; what PostgreSQL can never take is passed over and counted.
 */
final class RetryPersister implements BatchMessageListener<byte[], byte[]> {

    private static final Logger log = LoggerFactory.getLogger(RetryPersister.class);
    /** Two persisters, or a batch and a re-read of it, take rows in one order: no deadlock. Earlier events of a leg go first. */
    private static final Comparator<RetryStore.HandOff> LOCK_ORDER = Comparator
            .comparing((RetryStore.HandOff handOff) -> handOff.record().endpointId().toString())
            .thenComparing(h -> h.record().uuid()).thenComparing(h -> h.record().message().action())
            .thenComparing(h -> h.record().eventId());
    /** SQL states that speak of the data: exception of data, of integrity, and a limit of the program, as of an index entry. */
    private static final Set<String> DATA_STATES = Set.of("22", "23", "54");

    private final RetryStore store;
    private final IndexScans indexScans;
    private final RetryMetrics metrics;
    private final RetryRecord.Codec codec = new RetryRecord.Codec();

    RetryPersister(RetryStore store, IndexScans indexScans, RetryMetrics metrics) {
        this.store = store;
        this.indexScans = indexScans;
        this.metrics = metrics;
    }

    @Override
    public void onMessage(List<ConsumerRecord<byte[], byte[]>> records) {
        List<RetryStore.HandOff> handOffs = records.stream().map(this::decode).flatMap(Optional::stream)
                .sorted(LOCK_ORDER).toList();
        Map<Integer, Long> progress = new HashMap<>();
        records.forEach(record -> progress.merge(record.partition(), record.offset() + 1, Math::max));
        try {
            write(handOffs, progress);
        } catch (DataAccessException e) {
            if (!isForTheData(e)) {
                throw e;
            }
            writeInParts(handOffs, e);
            // Last, so that whoever sees the offsets sees the rows.
            write(List.of(), progress);
        }
    }

    private void write(List<RetryStore.HandOff> handOffs, Map<Integer, Long> progress) {
        metrics.written.increment(indexScans.run(() -> {
            int rows = handOffs.isEmpty() ? 0 : store.insert(handOffs);
            store.saveProgress(progress);
            return rows;
        }));
    }

    /** The halves of what was refused, down to the hand-off that PostgreSQL does not take. */
    private void writeInParts(List<RetryStore.HandOff> refused, DataAccessException refusal) {
        if (refused.size() == 1) {
            RetryRecord lost = refused.getFirst().record();
            metrics.refused.increment();
            log.error("hand-off of {} to endpoint {} is passed over, since PostgreSQL refuses it: {}", lost.eventId(),
                    lost.endpointId(), NestedExceptionUtils.getMostSpecificCause(refusal).getMessage());
            return;
        }
        int middle = refused.size() / 2;
        for (List<RetryStore.HandOff> half : List.of(refused.subList(0, middle),
                refused.subList(middle, refused.size()))) {
            try {
                write(half, Map.of());
            } catch (DataAccessException e) {
                if (!isForTheData(e)) {
                    throw e;
                }
                writeInParts(half, e);
            }
        }
    }

    private static boolean isForTheData(DataAccessException e) {
        return NestedExceptionUtils.getMostSpecificCause(e) instanceof SQLException refusal
                && refusal.getSQLState() != null && refusal.getSQLState().length() == 5
                && DATA_STATES.contains(refusal.getSQLState().substring(0, 2));
    }

    private Optional<RetryStore.HandOff> decode(ConsumerRecord<byte[], byte[]> record) {
        Optional<RetryRecord> decoded = codec.decode(record.value());
        if (decoded.isEmpty()) {
            log.warn("record at {}-{} offset {} is no hand-off and is passed over", record.topic(), record.partition(),
                    record.offset());
        }
        return decoded.map(found -> new RetryStore.HandOff(found, Instant.ofEpochMilli(record.timestamp())));
    }
}

package io.offhook.dispatcher.retry;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The retry topic into rows: a batch in one transaction, with the offsets that it reaches. */
final class RetryPersister implements BatchMessageListener<byte[], byte[]> {

    private record HandOff(RetryRecord record, Instant failedAt) {}

    private static final Logger log = LoggerFactory.getLogger(RetryPersister.class);
    /** Two persisters, or a batch and a re-read of it, take rows in one order: no deadlock. */
    private static final Comparator<HandOff> LOCK_ORDER = Comparator
            .comparing((HandOff handOff) -> handOff.record().endpointId().toString())
            .thenComparing(h -> h.record().eventId());

    private final RetryStore store;
    private final TransactionTemplate transaction;
    private final RetryRecord.Codec codec = new RetryRecord.Codec();

    RetryPersister(RetryStore store, PlatformTransactionManager transactions) {
        this.store = store;
        this.transaction = new TransactionTemplate(transactions);
    }

    @Override
    public void onMessage(List<ConsumerRecord<byte[], byte[]>> records) {
        List<HandOff> handOffs = records.stream().map(this::decode).flatMap(Optional::stream).sorted(LOCK_ORDER)
                .toList();
        Map<Integer, Long> progress = new HashMap<>();
        records.forEach(record -> progress.merge(record.partition(), record.offset() + 1, Math::max));
        transaction.executeWithoutResult(_ -> {
            handOffs.forEach(handOff -> store.insert(handOff.record(), handOff.failedAt()));
            store.saveProgress(progress);
        });
    }

    private Optional<HandOff> decode(ConsumerRecord<byte[], byte[]> record) {
        Optional<RetryRecord> decoded = codec.decode(record.value());
        if (decoded.isEmpty()) {
            log.warn("record at {}-{} offset {} is no hand-off and is passed over", record.topic(), record.partition(),
                    record.offset());
        }
        return decoded.map(found -> new HandOff(found, Instant.ofEpochMilli(record.timestamp())));
    }
}

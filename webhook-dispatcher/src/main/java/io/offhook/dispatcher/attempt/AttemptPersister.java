package io.offhook.dispatcher.attempt;

import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.db.DayPartitions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.kafka.listener.BatchMessageListener;

/**
 * The attempts topic into rows. While PostgreSQL is away it throws, so that the batch comes again; what can never become a row is
 * passed over and counted.
 */
final class AttemptPersister implements BatchMessageListener<byte[], byte[]> {

    private static final Logger log = LoggerFactory.getLogger(AttemptPersister.class);
    /** SQL states that speak of the data: exception of data, of integrity, and a limit of the program, as of an index entry. */
    private static final Set<String> DATA_STATES = Set.of("22", "23", "54");

    private final AttemptStore store;
    private final DayPartitions partitions;
    private final DeliveryStatistics statistics;
    private final AttemptRecord.Codec codec = new AttemptRecord.Codec();
    private final Counter stored;
    private final Counter passedOver;

    AttemptPersister(AttemptStore store, DayPartitions partitions, DeliveryStatistics statistics,
            MeterRegistry meters) {
        this.store = store;
        this.partitions = partitions;
        this.statistics = statistics;
        this.stored = Counter.builder("offhook.dispatcher.attempts.stored")
                .description("attempts that became rows of the history").register(meters);
        this.passedOver = Counter.builder("offhook.dispatcher.attempts.passed.over")
                .description("records of the attempts topic that cannot become rows").register(meters);
    }

    @Override
    public void onMessage(List<ConsumerRecord<byte[], byte[]>> records) {
        List<AttemptRecord> attempts = decode(records);
        if (!attempts.isEmpty()) {
            Set<LocalDate> kept = partitions.ensure(attempts.stream().map(AttemptRecord::day).toList());
            List<AttemptRecord> rows = attempts.stream().filter(attempt -> kept.contains(attempt.day()))
                    .sorted(AttemptRecord.KEY_ORDER).toList();
            if (rows.size() < attempts.size()) {
                passedOver.increment(attempts.size() - rows.size());
                log.warn("{} attempts are older than the retention or dated days ahead, and are passed over",
                        attempts.size() - rows.size());
            }
            store(rows, statistics.ensure(kept));
        }
    }

    private List<AttemptRecord> decode(List<ConsumerRecord<byte[], byte[]>> records) {
        var attempts = new ArrayList<AttemptRecord>(records.size());
        for (ConsumerRecord<byte[], byte[]> record : records) {
            codec.decode(record.value()).ifPresentOrElse(attempts::add, () -> {
                passedOver.increment();
                log.warn("record at {}-{} offset {} is no attempt and is passed over", record.topic(),
                        record.partition(), record.offset());
            });
        }
        return attempts;
    }

    /** When PostgreSQL refuses the data, the halves are tried, down to the row that it does not take. */
    private void store(List<AttemptRecord> rows, Set<LocalDate> counted) {
        if (rows.isEmpty()) {
            return;
        }
        try {
            stored.increment(store.write(rows, counted));
        } catch (DataAccessException e) {
            if (!isForTheData(e)) {
                throw e;
            }
            if (rows.size() > 1) {
                store(rows.subList(0, rows.size() / 2), counted);
                store(rows.subList(rows.size() / 2, rows.size()), counted);
            } else {
                passedOver.increment();
                log.warn("attempt {} of endpoint {} is passed over, since PostgreSQL refuses it: {}",
                        rows.getFirst().id(),
                        rows.getFirst().endpointId(), NestedExceptionUtils.getMostSpecificCause(e).getMessage());
            }
        }
    }

    private static boolean isForTheData(DataAccessException e) {
        return NestedExceptionUtils.getMostSpecificCause(e) instanceof SQLException refusal
                && refusal.getSQLState() != null && refusal.getSQLState().length() == 5
                && DATA_STATES.contains(refusal.getSQLState().substring(0, 2));
    }
}

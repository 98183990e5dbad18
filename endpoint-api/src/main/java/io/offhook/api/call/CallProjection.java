package io.offhook.api.call;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.offhook.db.DayPartitions;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.NotACallEventException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Batches of the events topic into {@code calls} and its statistics, with the offsets that they reach, in one transaction. It throws
 * while PostgreSQL is away; what PostgreSQL can never take is passed over and counted.
 *
 * <p>Legs are read before the transaction. That is safe since a leg's events lie in one partition, and the transaction writes nothing
 * unless the partition's books stand where this reader left them.
 */
final class CallProjection {

    private static final Logger log = LoggerFactory.getLogger(CallProjection.class);
    /** SQL states that speak of the data: exception of data, of integrity, and a limit of the program, as of an index entry. */
    private static final Set<String> DATA_STATES = Set.of("22", "23", "54");
    /**
     * The index is right at any size, also while statistics lag behind a table that fills; and a process that is frozen with rows that
     * nobody sees yet must not hold up the others.
     */
    private static final String SETTINGS = """
            select set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true),
                set_config('idle_in_transaction_session_timeout', '10s', true)""";
    /** Clocks of nodes and of the broker, and of two reports of one start, differ by less. */
    private static final Duration SLACK = Duration.ofDays(1);

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;
    private final LegRows rows;
    private final ProjectorBooks books;
    private final DayPartitions calls;
    private final List<DayPartitions> statistics;
    private final Duration topicRetention;
    private final ProjectorMetrics metrics;
    private final CallEventBody bodies = new CallEventBody();

    /**
     * @param statistics the partitions of {@code call_stats} and {@code call_cause_stats}
     * @param topicRetention a leg whose events are in the topic began no longer before them, but for one that lasted longer
     */
    CallProjection(JdbcTemplate jdbc, PlatformTransactionManager transactions, DayPartitions calls,
            List<DayPartitions> statistics, Duration topicRetention, ProjectorMetrics metrics) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
        this.rows = new LegRows(jdbc);
        this.books = new ProjectorBooks(jdbc);
        this.calls = calls;
        this.statistics = List.copyOf(statistics);
        this.topicRetention = topicRetention;
        this.metrics = metrics;
    }

    /**
     * @param from where the books of the partitions must stand
     * @param to where they stand afterwards
     * @throws BooksMovedException when they do not stand there; nothing is written then
     */
    void project(Collection<ConsumerRecord<byte[], byte[]>> records, Map<Integer, Long> from, Map<Integer, Long> to) {
        List<Leg> legs = kept(changed(decode(records)));
        try {
            write(legs, from, to);
        } catch (DataAccessException e) {
            if (!isForTheData(e)) {
                throw e;
            }
            writeInParts(legs, from, e);
            write(List.of(), from, to);
        }
    }

    private List<TopicEvent> decode(Collection<ConsumerRecord<byte[], byte[]>> records) {
        var events = new ArrayList<TopicEvent>(records.size());
        for (ConsumerRecord<byte[], byte[]> record : records) {
            try {
                events.add(TopicEvent.of(record, bodies));
            } catch (NotACallEventException e) {
                metrics.passedOver.increment();
                log.warn("record at {}-{} offset {} is no call event and is passed over: {}", record.topic(),
                        record.partition(), record.offset(), e.getMessage());
            }
        }
        return events;
    }

    private Collection<Leg> changed(List<TopicEvent> events) {
        if (events.isEmpty()) {
            return List.of();
        }
        Set<String> uuids = events.stream().map(TopicEvent::uuid).collect(Collectors.toSet());
        Map<String, Leg> legs = transaction.execute(_ -> {
            jdbc.queryForList(SETTINGS);
            return rows.find(uuids, earliestStart(events));
        });
        var changed = new LinkedHashSet<Leg>();
        for (TopicEvent event : events) {
            Leg leg = legs.computeIfAbsent(event.leg(), Leg::new);
            if (leg.apply(event)) {
                metrics.projected.increment();
                changed.add(leg);
            } else {
                metrics.duplicates.increment();
            }
        }
        return changed;
    }

    /** A hangup says when its leg began, which may be long ago. */
    private Instant earliestStart(List<TopicEvent> events) {
        Instant earliest = Instant.MAX;
        for (TopicEvent event : events) {
            Instant start = event.appendedAt().minus(topicRetention);
            if (event.event() instanceof CallEvent.Hangup hangup) {
                Instant began = Instant.ofEpochMilli(Math.max(0, hangup.callStart() / 1000));
                start = began.isBefore(start) ? began : start;
            }
            earliest = start.isBefore(earliest) ? start : earliest;
        }
        return earliest.minus(SLACK);
    }

    /** Makes partitions. Legs that began before the retention, or are dated days ahead, have none. */
    private List<Leg> kept(Collection<Leg> changed) {
        if (changed.isEmpty()) {
            return List.of();
        }
        Set<LocalDate> days = calls.ensure(changed.stream().map(Leg::day).toList());
        List<Leg> kept = changed.stream().filter(leg -> days.contains(leg.day())).toList();
        if (kept.size() < changed.size()) {
            metrics.passedOver.increment(changed.size() - kept.size());
            log.warn("{} legs began before the retention or are dated days ahead, and are passed over",
                    changed.size() - kept.size());
        }
        return kept;
    }

    private void write(List<Leg> legs, Map<Integer, Long> from, Map<Integer, Long> to) {
        CallStatistics moved = CallStatistics.of(legs);
        Set<LocalDate> counted = moved.days();
        if (!counted.isEmpty()) {
            Set<LocalDate> days = counted;
            counted = new HashSet<>(days);
            for (DayPartitions table : statistics) {
                counted.retainAll(table.ensure(days));
            }
        }
        Set<LocalDate> days = counted;
        transaction.executeWithoutResult(_ -> {
            jdbc.queryForList(SETTINGS);
            if (!books.lock(from.keySet()).equals(from)) {
                throw new BooksMovedException();
            }
            books.advance(to);
            if (!legs.isEmpty()) {
                rows.write(legs);
                moved.write(jdbc, days);
            }
        });
    }

    /** The halves of what was refused, down to the leg that PostgreSQL does not take. */
    private void writeInParts(List<Leg> refused, Map<Integer, Long> from, DataAccessException refusal) {
        if (refused.size() == 1) {
            metrics.passedOver.increment();
            log.error("leg {} is passed over, since PostgreSQL refuses it: {}", refused.getFirst().leg,
                    NestedExceptionUtils.getMostSpecificCause(refusal).getMessage());
            return;
        }
        int middle = refused.size() / 2;
        for (List<Leg> half : List.of(refused.subList(0, middle), refused.subList(middle, refused.size()))) {
            try {
                write(half, from, Map.of());
            } catch (DataAccessException e) {
                if (!isForTheData(e)) {
                    throw e;
                }
                writeInParts(half, from, e);
            }
        }
    }

    private static boolean isForTheData(DataAccessException e) {
        return NestedExceptionUtils.getMostSpecificCause(e) instanceof SQLException refusal
                && refusal.getSQLState() != null && refusal.getSQLState().length() == 5
                && DATA_STATES.contains(refusal.getSQLState().substring(0, 2));
    }
}

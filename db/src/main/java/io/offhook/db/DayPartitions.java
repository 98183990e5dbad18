package io.offhook.db;

import java.time.Duration;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The partitions of a table, one per day of UTC. What is to be kept is judged by PostgreSQL's clock, and changes are made under a lock
 * there, so that any number of processes may do so at once.
 */
public final class DayPartitions {

    private static final Logger log = LoggerFactory.getLogger(DayPartitions.class);
    /** A partition is dropped once its last moment is older than the retention. */
    private static final String OLDEST = "((now() - ? * interval '1 second') at time zone 'UTC')::date";
    private static final String NEWEST = "((now() at time zone 'UTC')::date + ?)";
    /** While one waits for a lock on the table, whoever comes later waits behind it: rather try again later. */
    private static final String LOCK_TIMEOUT = "set local lock_timeout = '2s'";

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;
    private final String table;
    private final double retentionSeconds;
    private final int ahead;

    private record Day(LocalDate day, boolean made) {}

    /**
     * @param table partitioned by range of a {@code timestamptz}
     * @param retention how long rows are kept, at least
     * @param ahead days after today whose partitions are made
     */
    public DayPartitions(JdbcTemplate jdbc, PlatformTransactionManager transactions, String table, Duration retention,
            int ahead) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
        this.table = table;
        this.retentionSeconds = retention.toMillis() / 1000.0;
        this.ahead = ahead;
    }

    String table() {
        return table;
    }

    /**
     * Makes the partitions of these days, unless they are there.
     *
     * @return the days that are kept; of the others, older than the retention or further ahead than partitions are made, none is made
     */
    public Set<LocalDate> ensure(Collection<LocalDate> days) {
        String list = "{" + String.join(",", days.stream().distinct().map(LocalDate::toString).toList()) + "}";
        List<Day> kept = jdbc.query(
                "select d.day, to_regclass('" + table + "_' || to_char(d.day, 'YYYY_MM_DD')) is not null"
                        + " from unnest(?::date[]) as d (day) where d.day between " + OLDEST + " and " + NEWEST,
                (row, _) -> new Day(row.getObject(1, LocalDate.class), row.getBoolean(2)), list, retentionSeconds,
                ahead);
        List<LocalDate> missing = kept.stream().filter(day -> !day.made()).map(Day::day).toList();
        if (!missing.isEmpty()) {
            transaction.executeWithoutResult(_ -> make(missing));
        }
        return new HashSet<>(kept.stream().map(Day::day).toList());
    }

    /** Makes the partitions of today and the days ahead, and drops those that are past the retention. */
    public void keep() {
        ensure(jdbc.queryForList("select (now() at time zone 'UTC')::date + n from generate_series(0, ?) as n",
                LocalDate.class, ahead));
        List<String> old = jdbc.queryForList("""
                select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
                where i.inhparent = '%s'::regclass
                  and case when c.relname ~ '^%1$s_\\d{4}_\\d{2}_\\d{2}$'
                      then to_date(right(c.relname, 10), 'YYYY_MM_DD') < %s else false end
                order by c.relname""".formatted(table, OLDEST), String.class, retentionSeconds);
        old.forEach(partition -> transaction.executeWithoutResult(_ -> drop(partition)));
    }

    /**
     * A table that is attached, not {@code partition of}: that would lock out every query meanwhile. Indexes and primary key come with
     * the attachment.
     */
    private void make(List<LocalDate> days) {
        lock();
        for (LocalDate day : days) {
            String partition = table + "_" + day.toString().replace('-', '_');
            if (!isThere(partition)) {
                jdbc.execute(
                        "create table " + partition + " (like " + table + " including defaults including constraints)");
                jdbc.execute("alter table " + table + " attach partition " + partition + " for values from ('" + day
                        + " 00:00:00+00') to ('" + day.plusDays(1) + " 00:00:00+00')");
                log.info("made partition {}", partition);
            }
        }
    }

    private void drop(String partition) {
        lock();
        if (isThere(partition)) {
            jdbc.execute("drop table " + partition);
            log.info("dropped partition {}: past the retention", partition);
        }
    }

    private void lock() {
        jdbc.execute(LOCK_TIMEOUT);
        jdbc.execute("select pg_advisory_xact_lock(hashtextextended('offhook." + table + "', 0))");
    }

    private boolean isThere(String partition) {
        return Boolean.TRUE.equals(jdbc.queryForObject("select to_regclass(?) is not null", Boolean.class, partition));
    }
}

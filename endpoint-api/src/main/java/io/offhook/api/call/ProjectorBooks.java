package io.offhook.api.call;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Table {@code call_projector_progress}: how far each partition of the events topic is in the table of calls. It is the truth, not the
 * offsets that Kafka keeps: it is written with the rows, comes back with a backup of them, and set to 0 it has the topic read anew.
 */
final class ProjectorBooks {

    private static final String ANY = "partition = any(?::integer[])";

    private final JdbcTemplate jdbc;

    ProjectorBooks(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** The next offset of each partition, 0 for one that was never read. */
    Map<Integer, Long> open(Collection<Integer> partitions) {
        jdbc.update("insert into call_projector_progress (partition, next_offset)"
                + " select p, 0 from unnest(?::integer[]) as p order by p on conflict (partition) do nothing",
                (Object) list(partitions));
        return read(partitions);
    }

    Map<Integer, Long> read(Collection<Integer> partitions) {
        return query("select partition, next_offset from call_projector_progress where " + ANY, partitions);
    }

    /** Locked to the end of the transaction: nobody else can write what these partitions tell. */
    Map<Integer, Long> lock(Collection<Integer> partitions) {
        return query("select partition, next_offset from call_projector_progress where " + ANY
                + " order by partition for update", partitions);
    }

    void advance(Map<Integer, Long> next) {
        String[] offsets = next.values().stream().map(String::valueOf).toArray(String[]::new);
        jdbc.update("update call_projector_progress p set next_offset = n.next_offset"
                + " from unnest(?::integer[], ?::bigint[]) as n (partition, next_offset)"
                + " where p.partition = n.partition", list(next.keySet()), offsets);
    }

    /** Has one partition read anew, unless its book has moved meanwhile. */
    void reset(int partition, long seen) {
        jdbc.update("update call_projector_progress set next_offset = 0 where partition = ? and next_offset = ?",
                partition, seen);
    }

    /**
     * Has all partitions read anew. In a transaction it first waits for batches under way, and holds up others to its end.
     *
     * @param emptied whether the tables of calls and of their statistics are emptied first
     */
    void resetAll(boolean emptied) {
        jdbc.execute("set local lock_timeout = '10s'");
        jdbc.execute("lock table call_projector_progress in exclusive mode");
        if (emptied) {
            jdbc.execute("truncate calls, call_stats, call_cause_stats");
        }
        jdbc.update("update call_projector_progress set next_offset = 0");
    }

    private Map<Integer, Long> query(String sql, Collection<Integer> partitions) {
        var found = new HashMap<Integer, Long>();
        jdbc.query(sql, row -> {
            found.put(row.getInt(1), row.getLong(2));
        }, (Object) list(partitions));
        return found;
    }

    private static String[] list(Collection<Integer> partitions) {
        return partitions.stream().map(String::valueOf).toArray(String[]::new);
    }
}

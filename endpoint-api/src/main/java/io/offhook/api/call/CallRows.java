package io.offhook.api.call;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.offhook.api.input.PageRequest;
import io.offhook.api.rows.Rows;
import io.offhook.api.rows.Where;
import io.offhook.api.security.Caller;
import io.offhook.model.CallAction;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Table {@code calls} as it is read by users. */
@Repository
class CallRows {

    private static final String SELECT = """
            select call_start, id, leg, uuid, tenant, call_id, node, direction, callee_number, caller_id_number, ani,
                answer_start, call_end, duration_sec, hangup_cause, topic_partition, originate_offset, answer_offset,
                hangup_offset, reconciled
            from calls where\s""";
    private static final String NEWEST_FIRST = " order by call_start desc, id desc limit :limit";
    /** Legs of one uuid that are looked at, at most: FreeSWITCH makes uuids anew, originators that do not use few. */
    private static final int MAX_LEGS = 100;

    private final JdbcClient jdbc;

    CallRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Newest first. */
    List<StoredCall> list(CallFilter filter, PageRequest page) {
        Where where = filter.where();
        if (page.after() != null) {
            // The first part lets partitions be passed over.
            where.and("call_start <= :at and (call_start, id) < (:at, :id)", "at", Rows.time(page.after().at()))
                    .let("id", page.after().id());
        }
        String sql = filter.number() == null ? SELECT + where.sql() + NEWEST_FIRST : ofNumber(where, filter.number());
        return where.bind(jdbc.sql(sql)).param("limit", page.fetch()).query(CallRows::read).list();
    }

    /**
     * A number may be one of three columns. Joined by "or" they would all have to be read and sorted; each alone is read in the order
     * of its index until the page is full.
     */
    private static String ofNumber(Where where, String number) {
        where.let("number", number);
        return Stream.of("callee_number = :number", "caller_id_number = :number",
                "ani = :number and ani is distinct from caller_id_number")
                .map(column -> "(" + SELECT + where.sql() + " and " + column + NEWEST_FIRST + ")")
                .collect(Collectors.joining(" union ")) + NEWEST_FIRST;
    }

    /** The legs of a uuid that the caller may see, newest first. */
    List<StoredCall> ofUuid(String uuid, Caller caller) {
        var where = new Where().and("uuid = :uuid", "uuid", uuid).and("tenant = :tenant", "tenant", caller.tenant());
        return where.bind(jdbc.sql(SELECT + where.sql() + NEWEST_FIRST)).param("limit", MAX_LEGS)
                .query(CallRows::read).list();
    }

    private static StoredCall read(ResultSet row, int number) throws SQLException {
        Long[] offsets = new Long[CallAction.values().length];
        for (CallAction action : CallAction.values()) {
            offsets[action.legSequence()] = row.getObject(action.wireName() + "_offset", Long.class);
        }
        int reconciled = row.getInt("reconciled");
        var end = Rows.time(row, "call_end");
        var call = new Call(row.getString("uuid"), row.getString("leg"), row.getString("call_id"),
                row.getString("tenant"), row.getString("node"), row.getString("direction"),
                row.getString("callee_number"), row.getString("caller_id_number"), row.getString("ani"),
                Rows.time(row, "call_start"), Rows.time(row, "answer_start"), end,
                end == null ? null : (Long) row.getLong("duration_sec"), row.getString("hangup_cause"),
                reconciled != 0);
        return new StoredCall(row.getObject("id", UUID.class), call, row.getInt("topic_partition"), offsets,
                reconciled);
    }
}

package io.offhook.api.call;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

import io.offhook.api.rows.Rows;
import io.offhook.model.CallAction;
import org.springframework.jdbc.core.JdbcTemplate;

/** Table {@code calls} as the projector reads and writes it. */
final class LegRows {

    private static final String COLUMNS = """
            call_start, id, leg, uuid, tenant, call_id, node, direction, callee_number, caller_id_number, ani, answer_start,
            call_end, duration_sec, hangup_cause, topic_partition, originate_offset, answer_offset, hangup_offset, reconciled""";
    private static final String LEAVE = """
            delete from calls c using unnest(?::timestamptz[], ?::uuid[]) as moved (call_start, id)
            where c.call_start = moved.call_start and c.id = moved.id and c.call_start = any(?::timestamptz[])""";
    private static final String UPSERT = "insert into calls (" + COLUMNS
            + """
                    ) select * from unnest(?::timestamptz[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                        ?::text[], ?::text[], ?::text[], ?::timestamptz[], ?::timestamptz[], ?::bigint[], ?::text[], ?::integer[],
                        ?::bigint[], ?::bigint[], ?::bigint[], ?::smallint[])
                    on conflict (call_start, id) do update set uuid = excluded.uuid, tenant = excluded.tenant,
                        call_id = excluded.call_id, node = excluded.node, direction = excluded.direction,
                        callee_number = excluded.callee_number, caller_id_number = excluded.caller_id_number, ani = excluded.ani,
                        answer_start = excluded.answer_start, call_end = excluded.call_end, duration_sec = excluded.duration_sec,
                        hangup_cause = excluded.hangup_cause, topic_partition = excluded.topic_partition,
                        originate_offset = excluded.originate_offset, answer_offset = excluded.answer_offset,
                        hangup_offset = excluded.hangup_offset, reconciled = excluded.reconciled""";

    private final JdbcTemplate jdbc;

    LegRows(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The legs of these uuids, by leg.
     *
     * @param since legs that began before are not looked for: lets partitions be passed over
     */
    Map<String, Leg> find(Set<String> uuids, Instant since) {
        var found = new HashMap<String, Leg>();
        jdbc.query("select " + COLUMNS + " from calls where uuid = any(?::text[]) and call_start >= ?", row -> {
            Leg leg = read(row);
            found.put(leg.leg, leg.asStored());
        }, uuids.toArray(String[]::new), Rows.time(since));
        return found;
    }

    void write(Collection<Leg> legs) {
        List<Leg> moved = legs.stream().filter(leg -> leg.leavesFrom() != null).toList();
        if (!moved.isEmpty()) {
            String[] starts = texts(moved, Leg::leavesFrom);
            jdbc.update(LEAVE, starts, texts(moved, leg -> leg.id), starts);
        }
        jdbc.update(UPSERT, texts(legs, leg -> leg.callStart), texts(legs, leg -> leg.id), texts(legs, leg -> leg.leg),
                texts(legs, leg -> leg.uuid), texts(legs, leg -> leg.tenant), texts(legs, leg -> leg.callId),
                texts(legs, leg -> leg.node), texts(legs, leg -> leg.direction),
                texts(legs, leg -> leg.calleeNumber), texts(legs, leg -> leg.callerIdNumber),
                texts(legs, leg -> leg.ani), texts(legs, leg -> leg.answerStart), texts(legs, leg -> leg.callEnd),
                texts(legs, leg -> leg.durationSec), texts(legs, leg -> leg.hangupCause),
                texts(legs, leg -> leg.partition), texts(legs, leg -> leg.offset(CallAction.ORIGINATE)),
                texts(legs, leg -> leg.offset(CallAction.ANSWER)), texts(legs, leg -> leg.offset(CallAction.HANGUP)),
                texts(legs, leg -> leg.reconciled));
    }

    private static Leg read(ResultSet row) throws SQLException {
        var leg = new Leg(row.getString("leg"));
        leg.uuid = row.getString("uuid");
        leg.tenant = row.getString("tenant");
        leg.callId = row.getString("call_id");
        leg.node = row.getString("node");
        leg.direction = row.getString("direction");
        leg.calleeNumber = row.getString("callee_number");
        leg.callerIdNumber = row.getString("caller_id_number");
        leg.ani = row.getString("ani");
        leg.callStart = Rows.time(row, "call_start");
        leg.answerStart = Rows.time(row, "answer_start");
        leg.callEnd = Rows.time(row, "call_end");
        leg.durationSec = row.getLong("duration_sec");
        leg.hangupCause = row.getString("hangup_cause");
        leg.partition = row.getInt("topic_partition");
        for (CallAction action : CallAction.values()) {
            leg.offsets[action.legSequence()] = row.getObject(action.wireName() + "_offset", Long.class);
        }
        leg.reconciled = row.getInt("reconciled");
        return leg;
    }

    /** PostgreSQL reads the elements as what the statement says they are. */
    private static String[] texts(Collection<Leg> legs, Function<Leg, Object> column) {
        return legs.stream().map(column).map(value -> Objects.toString(value, null)).toArray(String[]::new);
    }
}

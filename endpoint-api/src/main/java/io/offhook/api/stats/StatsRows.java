package io.offhook.api.stats;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

import io.offhook.api.rows.Rows;
import io.offhook.api.rows.Where;
import io.offhook.db.StatisticsStep;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Tables {@code call_stats}, {@code call_cause_stats} and {@code delivery_stats}. */
@Repository
class StatsRows {

    private static final UUID ALL_ENDPOINTS = new UUID(0, 0);
    private static final String ALL_TENANTS = "";
    private static final String RANGE = " and step_sec = :step and at >= :from and at < :to order by at";
    /**
     * Those under way now, less what began and more what ended since the moment: the hours after the first whole one, and the minutes
     * before that.
     */
    private static final String OPEN_AT = """
            select (select count(*) from calls where call_end is null %s)
                - coalesce((select sum(calls - ended) from call_stats
                    where tenant = :tenant and step_sec = 60 and at >= :moment and at < :hour), 0)
                - coalesce((select sum(calls - ended) from call_stats
                    where tenant = :tenant and step_sec = 3600 and at >= :hour), 0)""";

    private final JdbcClient jdbc;

    record CallCounts(Instant at, long calls, long answered, long completed, long talkSec, long ended) {}

    record CauseCount(Instant at, String cause, long calls) {}

    record DeliveryCounts(Instant at, long deliveries, long failures, Long[] latency) {}

    StatsRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    List<CallCounts> calls(StatsQuery query) {
        return range("select at, calls, answered, completed, talk_sec, ended from call_stats where tenant = :tenant",
                query)
                .query((row, _) -> new CallCounts(Rows.time(row, "at"), row.getLong("calls"), row.getLong("answered"),
                        row.getLong("completed"), row.getLong("talk_sec"), row.getLong("ended")))
                .list();
    }

    List<CauseCount> causes(StatsQuery query) {
        return range("select at, cause, calls from call_cause_stats where calls > 0 and tenant = :tenant", query)
                .query((row, _) -> new CauseCount(Rows.time(row, "at"), row.getString("cause"), row.getLong("calls")))
                .list();
    }

    private JdbcClient.StatementSpec range(String select, StatsQuery query) {
        return jdbc.sql(select + RANGE).param("tenant", query.tenant() == null ? ALL_TENANTS : query.tenant())
                .param("step", query.step().counted().seconds()).param("from", Rows.time(query.from()))
                .param("to", Rows.time(query.to()));
    }

    /** Legs under way at a moment that a step begins at. */
    long openAt(Instant moment, String tenant) {
        Instant hour = StatisticsStep.HOUR.startOf(moment);
        hour = hour.equals(moment) ? hour : hour.plusSeconds(StatisticsStep.HOUR.seconds());
        return jdbc.sql(OPEN_AT.formatted(tenant == null ? "" : "and tenant = :tenant"))
                .param("tenant", tenant == null ? ALL_TENANTS : tenant).param("moment", Rows.time(moment))
                .param("hour", Rows.time(hour)).query(Long.class).single();
    }

    /** Of one endpoint, as far as it belongs to the tenant; or of all of the tenant, or of all. */
    List<DeliveryCounts> deliveries(StatsQuery query) {
        boolean one = query.endpointId() != null;
        String tenant = one || query.tenant() != null ? query.tenant() : ALL_TENANTS;
        var where = new Where().and("endpoint_id = :endpoint", "endpoint", one ? query.endpointId() : ALL_ENDPOINTS)
                .and("tenant = :tenant", "tenant", tenant);
        return where.bind(jdbc.sql("select at, deliveries, failures, latency from delivery_stats where " + where.sql()
                + RANGE)).param("step", query.step().counted().seconds()).param("from", Rows.time(query.from()))
                .param("to", Rows.time(query.to())).query(StatsRows::deliveryCounts).list();
    }

    private static DeliveryCounts deliveryCounts(ResultSet row, int number) throws SQLException {
        return new DeliveryCounts(Rows.time(row, "at"), row.getLong("deliveries"), row.getLong("failures"),
                (Long[]) row.getArray("latency").getArray());
    }
}

package io.offhook.api.delivery;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

import io.offhook.api.input.PageRequest;
import io.offhook.api.rows.Rows;
import io.offhook.api.rows.Where;
import io.offhook.api.security.Caller;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Table {@code delivery_attempts}. */
@Repository
public class DeliveryRows {

    private static final String SELECT = """
            select id, endpoint_id, event_id, uuid, action, replay_id, attempt, outcome, status_code, error, duration_ms,
                response_excerpt, remote_address, attempted_at
            from delivery_attempts where\s""";
    private static final String NEWEST_FIRST = " order by attempted_at desc, id desc limit :limit";

    private final JdbcClient jdbc;

    DeliveryRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Newest first. */
    List<Delivery> list(DeliveryFilter filter, Caller caller, PageRequest page) {
        Where where = filter.where(caller);
        if (page.after() != null) {
            // The first part lets partitions be passed over.
            where.and("attempted_at <= :at and (attempted_at, id) < (:at, :id)", "at", Rows.time(page.after().at()))
                    .let("id", page.after().id());
        }
        return where.bind(jdbc.sql(SELECT + where.sql() + NEWEST_FIRST)).param("limit", page.fetch())
                .query(DeliveryRows::read).list();
    }

    /**
     * The attempts of some events of one leg that the caller may see.
     *
     * @param since no attempt was made before: lets partitions be passed over
     * @param limit the newest of them
     */
    public List<Delivery> ofEvents(String uuid, Collection<String> eventIds, Instant since, int limit, Caller caller) {
        var where = new Where().and("tenant = :tenant", "tenant", caller.tenant()).and("uuid = :uuid", "uuid", uuid)
                .and("event_id in (:events)", "events", eventIds)
                .and("attempted_at >= :since", "since", Rows.time(since));
        return where.bind(jdbc.sql(SELECT + where.sql() + NEWEST_FIRST)).param("limit", limit)
                .query(DeliveryRows::read).list();
    }

    private static Delivery read(ResultSet row, int number) throws SQLException {
        return new Delivery(row.getObject("id", UUID.class), row.getObject("endpoint_id", UUID.class),
                row.getString("event_id"), row.getString("uuid"), row.getString("action"),
                row.getObject("replay_id", UUID.class), row.getInt("attempt"), row.getString("outcome"),
                row.getObject("status_code", Integer.class), row.getString("error"), row.getLong("duration_ms"),
                row.getString("response_excerpt"), row.getString("remote_address"), Rows.time(row, "attempted_at"));
    }
}

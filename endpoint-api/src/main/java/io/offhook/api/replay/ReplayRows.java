package io.offhook.api.replay;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import io.offhook.api.input.PageRequest;
import io.offhook.api.rows.Rows;
import io.offhook.api.rows.Where;
import io.offhook.api.security.Caller;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Table {@code replays}. */
@Repository
class ReplayRows {

    private final JdbcClient jdbc;

    ReplayRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Makes those who would raise the endpoint's count wait for each other until the transaction ends, then tells the count. */
    int countOpenWhileLocked(UUID endpoint) {
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
                .param("name", "offhook.replays/" + endpoint)
                .query().singleRow();
        return jdbc.sql("select count(*) from replays where endpoint_id = :endpoint and ended_at is null")
                .param("endpoint", endpoint).query(Integer.class).single();
    }

    /** @return false when the caller sees no such endpoint */
    boolean insert(UUID id, WantedReplay wanted, Caller caller) {
        var where = new Where().and("e.id = :endpoint", "endpoint", wanted.endpoint()).and("e.tenant = :tenant",
                "tenant", caller.tenant());
        return where.bind(jdbc.sql("""
                insert into replays (id, endpoint_id, tenant, from_time, to_time, uuid, action, dry_run)
                select :id, e.id, e.tenant, :from, :to, :uuid, :action, :dry
                from endpoints e where\s""" + where.sql())).param("id", id).param("from", Rows.time(wanted.from()))
                .param("to", Rows.time(wanted.to())).param("uuid", wanted.uuid())
                .param("action", wanted.action() == null ? null : wanted.action().wireName())
                .param("dry", wanted.dryRun()).update() == 1;
    }

    /** Empty for what the caller does not see, too. */
    Optional<Replay> find(UUID id, Caller caller) {
        var where = new Where().and("id = :id", "id", id).and("tenant = :tenant", "tenant", caller.tenant());
        return where.bind(jdbc.sql("select * from replays where " + where.sql())).query(this::read).optional();
    }

    /** Newest first. */
    List<Replay> list(UUID endpoint, ReplayStatus status, Caller caller, PageRequest page) {
        var where = new Where().and("tenant = :tenant", "tenant", caller.tenant())
                .and("endpoint_id = :endpoint", "endpoint", endpoint)
                .and("status = :status", "status", status == null ? null : status.wireName());
        if (page.after() != null) {
            where.and("(created_at, id) < (:at, :id)", "at", Rows.time(page.after().at())).let("id", page.after().id());
        }
        return where.bind(jdbc.sql("select * from replays where " + where.sql()
                + " order by created_at desc, id desc limit :limit")).param("limit", page.fetch()).query(this::read)
                .list();
    }

    /** The dispatcher that runs it learns it with its next save. @return false when it has ended before */
    boolean cancel(UUID id) {
        return jdbc.sql("""
                update replays set status = 'cancelled', ended_at = now(), waits_for = null, events_per_sec = null
                where id = :id and ended_at is null""").param("id", id).update() == 1;
    }

    private Replay read(ResultSet row, int number) throws SQLException {
        return new Replay(row.getObject("id", UUID.class), row.getObject("endpoint_id", UUID.class),
                Rows.time(row, "from_time"), Rows.time(row, "to_time"), row.getString("uuid"), row.getString("action"),
                row.getBoolean("dry_run"), row.getString("status"), row.getString("waits_for"), row.getString("error"),
                row.getLong("matched"), row.getLong("delivered"), row.getLong("failed"), row.getDouble("progress"),
                row.getObject("events_per_sec", Double.class), Rows.time(row, "created_at"),
                Rows.time(row, "started_at"), Rows.time(row, "ended_at"));
    }
}

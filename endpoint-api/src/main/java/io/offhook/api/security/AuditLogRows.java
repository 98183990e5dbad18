package io.offhook.api.security;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

import io.offhook.api.input.PageRequest;
import io.offhook.api.problem.RequestId;
import io.offhook.api.rows.Rows;
import io.offhook.api.rows.Where;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Table {@code audit_log}. */
@Repository
class AuditLogRows {

    private static final String COLUMNS = """
            id, changed_at, key_id, key_name, tenant, action, resource_type, resource_id, details, before, after,
            request_id""";

    private final JdbcClient jdbc;
    private final JsonMapper json = new JsonMapper();

    AuditLogRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void insert(Caller who, Change change) {
        jdbc.sql("""
                insert into audit_log (key_id, key_name, tenant, action, resource_type, resource_id, details, before,
                    after, request_id)
                values (:key, :name, :tenant, :action, :type, :resource, :details::jsonb, :before::jsonb,
                    :after::jsonb, :request)""").param("key", who.keyId()).param("name", who.keyName())
                .param("tenant", change.tenant()).param("action", change.action())
                .param("type", change.resourceType()).param("resource", change.resourceId())
                .param("details", json.writeValueAsString(texts(change))).param("before", text(change.before()))
                .param("after", text(change.after())).param("request", RequestId.current()).update();
    }

    /** Numbers and flags as such, ids and what else there is as text. */
    private JsonNode texts(Change change) {
        var details = json.createObjectNode();
        change.details().forEach((name, value) -> {
            switch (value) {
                case null -> details.putNull(name);
                case JsonNode node -> details.set(name, node);
                case Integer number -> details.put(name, number);
                case Long number -> details.put(name, number);
                case Boolean flag -> details.put(name, flag);
                default -> details.put(name, value.toString());
            }
        });
        return details;
    }

    private String text(JsonNode state) {
        return state == null ? null : json.writeValueAsString(state);
    }

    /** Newest first. */
    List<AuditEntry> list(AuditFilter filter, Caller caller, PageRequest page) {
        Where where = filter.where(caller);
        if (page.after() != null) {
            where.and("(changed_at, id) < (:at, :id)", "at", Rows.time(page.after().at())).let("id", page.after().id());
        }
        return where.bind(jdbc.sql("select " + COLUMNS + " from audit_log where " + where.sql()
                + " order by changed_at desc, id desc limit :limit")).param("limit", page.fetch()).query(this::read)
                .list();
    }

    /** @return rows removed; as many as the batch when there may be more */
    int removeOlderThan(long seconds, int batch) {
        return jdbc.sql("""
                delete from audit_log where id in (select id from audit_log
                where changed_at < now() - make_interval(secs => :age) order by changed_at limit :batch)""")
                .param("age", seconds).param("batch", batch).update();
    }

    private AuditEntry read(ResultSet row, int number) throws SQLException {
        return new AuditEntry(row.getObject("id", UUID.class), Rows.time(row, "changed_at"), row.getString("key_id"),
                row.getString("key_name"), row.getString("tenant"), row.getString("action"),
                row.getString("resource_type"), row.getString("resource_id"), tree(row.getString("details")),
                tree(row.getString("before")), tree(row.getString("after")), row.getString("request_id"));
    }

    private JsonNode tree(String text) {
        return text == null ? null : json.readTree(text);
    }
}

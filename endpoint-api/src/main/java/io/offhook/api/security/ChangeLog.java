package io.offhook.api.security;

import java.util.LinkedHashMap;
import java.util.Map;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Keeps every change twice: as a row of the audit log, written in the transaction of the change, and as one wide log line once that
 * has been committed: who, what, which. The line bears no states, since headers and URLs may hold the receivers' credentials.
 */
@Component
public final class ChangeLog {

    private static final Logger log = LoggerFactory.getLogger(ChangeLog.class);

    private final AuditLogRows rows;

    ChangeLog(AuditLogRows rows) {
        this.rows = rows;
    }

    /** Call it in the transaction of the change; outside of one the row is written by itself. */
    public void record(Caller who, Change change) {
        rows.insert(who, change);
        var ids = new LinkedHashMap<String, Object>();
        if (change.resourceId() != null) {
            ids.put(change.resourceType() + "_id", change.resourceId());
        }
        ids.putAll(change.details());
        afterCommit(() -> line(who, change.action(), ids));
    }

    /**
     * A change without states, of what belongs to the caller's tenant.
     *
     * @param what such as {@code replay.created}: what stands before the dot is the type of the resource
     * @param ids names and ids of what was changed, and counts; {@code <type>_id} is the resource's own
     */
    public void changed(Caller who, String what, Map<String, Object> ids) {
        String type = what.substring(0, Math.max(0, what.indexOf('.')));
        var change = Change.of(what, type, ids.get(type + "_id"), who.tenant());
        for (Map.Entry<String, Object> id : ids.entrySet()) {
            if (!id.getKey().equals(type + "_id")) {
                change = change.with(id.getKey(), id.getValue());
            }
        }
        record(who, change);
    }

    private static void afterCommit(Runnable action) {
        if (!TransactionSynchronizationManager.isSynchronizationActive()) {
            action.run();
            return;
        }
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                action.run();
            }
        });
    }

    private static void line(Caller who, String what, Map<String, Object> ids) {
        var line = log.atInfo().addKeyValue("change", what).addKeyValue("key_id", who.keyId())
                .addKeyValue("key_name", who.keyName());
        if (who.tenant() != null) {
            line = line.addKeyValue("key_tenant", who.tenant());
        }
        for (Map.Entry<String, Object> id : ids.entrySet()) {
            line = line.addKeyValue(id.getKey(), String.valueOf(id.getValue()));
        }
        line.log("{}", what);
    }
}

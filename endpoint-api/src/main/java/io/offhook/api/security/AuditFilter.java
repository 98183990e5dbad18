package io.offhook.api.security;

import java.time.Instant;

import io.offhook.api.input.Fields;
import io.offhook.api.rows.Rows;
import io.offhook.api.rows.Where;

/**
 * Which changes are meant; {@code null} leaves a criterion out.
 *
 * @param since of {@code changed_at}, included
 * @param until excluded
 */
record AuditFilter(String keyId, String action, String resourceType, String resourceId, Instant since, Instant until) {

    private static final int MAX = 200;

    /** @throws io.offhook.api.problem.ProblemException 400 with what is wrong, unknown names included */
    static AuditFilter read(Fields fields) {
        var filter = new AuditFilter(fields.text("key_id", 1, MAX, null), fields.text("action", 1, MAX, null),
                fields.text("resource_type", 1, MAX, null), fields.text("resource_id", 1, MAX, null),
                fields.time("since"), fields.time("until"));
        fields.finish();
        return filter;
    }

    /** Only what the caller may see. */
    Where where(Caller caller) {
        return new Where().and("tenant = :tenant", "tenant", caller.tenant()).and("key_id = :key", "key", keyId)
                .and("action = :action", "action", action).and("resource_type = :type", "type", resourceType)
                .and("resource_id = :resource", "resource", resourceId)
                .and("changed_at >= :since", "since", Rows.time(since))
                .and("changed_at < :until", "until", Rows.time(until));
    }
}

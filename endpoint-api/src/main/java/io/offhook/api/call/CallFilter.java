package io.offhook.api.call;

import java.time.Instant;

import io.offhook.api.input.Fields;
import io.offhook.api.rows.Rows;
import io.offhook.api.rows.Where;
import io.offhook.api.security.Caller;
import io.offhook.api.security.TenantField;
import io.offhook.model.CallDirection;

/**
 * Which calls are meant; {@code null} leaves a criterion out.
 *
 * @param tenant a tenant's key has its own here
 * @param number of callee, caller id or ANI, exactly
 * @param since of {@code call_start}, included
 * @param until excluded
 */
record CallFilter(String tenant, String number, CallDirection direction, String hangupCause, Instant since,
        Instant until) {

    /** Texts of an event have at most as many characters. */
    private static final int MAX_TEXT = 1024;

    static CallFilter read(Fields fields, Caller caller) {
        var filter = new CallFilter(TenantField.read(fields, caller), fields.text("number", 1, MAX_TEXT, null),
                fields.choice("direction", CallDirection.class, CallDirection::wireName),
                fields.text("hangup_cause", 1, MAX_TEXT, null), fields.time("since"), fields.time("until"));
        fields.finish();
        return filter;
    }

    /** All but the number. */
    Where where() {
        return new Where().and("tenant = :tenant", "tenant", tenant)
                .and("direction = :direction", "direction", direction == null ? null : direction.wireName())
                .and("hangup_cause = :cause", "cause", hangupCause)
                .and("call_start >= :since", "since", Rows.time(since))
                .and("call_start < :until", "until", Rows.time(until));
    }
}

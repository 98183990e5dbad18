package io.offhook.api.delivery;

import java.time.Instant;
import java.util.UUID;

import io.offhook.api.input.Fields;
import io.offhook.api.rows.Rows;
import io.offhook.api.rows.Where;
import io.offhook.api.security.Caller;
import io.offhook.model.CallAction;

/**
 * Which attempts are meant; {@code null} leaves a criterion out.
 *
 * @param uuid of the leg
 * @param since of {@code attempted_at}, included
 * @param until excluded
 */
record DeliveryFilter(UUID endpointId, String uuid, CallAction action, DeliveryOutcome outcome, Instant since,
        Instant until) {

    /** A leg's uuid is any text up to here. */
    private static final int MAX_UUID = 1024;

    static DeliveryFilter read(Fields fields) {
        var filter = new DeliveryFilter(fields.uuid("endpoint_id"), fields.text("uuid", 1, MAX_UUID, null),
                fields.choice("action", CallAction.class, CallAction::wireName),
                fields.choice("outcome", DeliveryOutcome.class, DeliveryOutcome::wireName), fields.time("since"),
                fields.time("until"));
        fields.finish();
        return filter;
    }

    /** Only what the caller may see. The outcome stands in it as text, so that the indexes of failures can serve it. */
    Where where(Caller caller) {
        Where where = new Where().and("tenant = :tenant", "tenant", caller.tenant())
                .and("endpoint_id = :endpoint", "endpoint", endpointId).and("uuid = :uuid", "uuid", uuid)
                .and("action = :action", "action", action == null ? null : action.wireName())
                .and("attempted_at >= :since", "since", Rows.time(since))
                .and("attempted_at < :until", "until", Rows.time(until));
        return outcome == null ? where : where.and("outcome = '" + outcome.wireName() + "'");
    }
}

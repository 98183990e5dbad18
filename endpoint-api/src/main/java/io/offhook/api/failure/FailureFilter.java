package io.offhook.api.failure;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import io.offhook.api.input.Fields;
import io.offhook.api.rows.Rows;
import io.offhook.api.rows.Where;
import io.offhook.api.security.Caller;
import io.offhook.api.security.Change;
import io.offhook.model.CallAction;

/**
 * Which failed deliveries are meant; {@code null} leaves a criterion out.
 *
 * @param uuid of the leg
 * @param since of {@code first_failed_at}, included
 * @param until excluded
 */
record FailureFilter(UUID endpointId, String uuid, CallAction action, FailureStatus status, Instant since,
        Instant until) {

    /** A leg's uuid is any text up to here. */
    private static final int MAX_UUID = 1024;

    /** Reads query parameters as well as a body; what is wrong is in the fields' errors, unknown names included. */
    static FailureFilter read(Fields fields) {
        var filter = new FailureFilter(fields.uuid("endpoint_id"), fields.text("uuid", 1, MAX_UUID, null),
                fields.choice("action", CallAction.class, CallAction::wireName),
                fields.choice("status", FailureStatus.class, FailureStatus::wireName), fields.time("since"),
                fields.time("until"));
        fields.finish();
        return filter;
    }

    /** The change with the criteria in its details. */
    Change describe(Change change) {
        var described = change;
        for (var criterion : List.of(new Criterion("endpoint_id", endpointId), new Criterion("uuid", uuid),
                new Criterion("action", action == null ? null : action.wireName()),
                new Criterion("status", status == null ? null : status.wireName()), new Criterion("since", since),
                new Criterion("until", until))) {
            if (criterion.value() != null) {
                described = described.with(criterion.name(), criterion.value());
            }
        }
        return described;
    }

    private record Criterion(String name, Object value) {}

    /** Only what the caller may see. */
    Where where(Caller caller) {
        return new Where().and("tenant = :tenant", "tenant", caller.tenant())
                .and("endpoint_id = :endpoint", "endpoint", endpointId).and("uuid = :uuid", "uuid", uuid)
                .and("action = :action", "action", action == null ? null : action.wireName())
                .and("status = :status", "status", status == null ? null : status.wireName())
                .and("first_failed_at >= :since", "since", Rows.time(since))
                .and("first_failed_at < :until", "until", Rows.time(until));
    }
}

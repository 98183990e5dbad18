package io.offhook.api.replay;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

import io.offhook.api.input.Fields;
import io.offhook.model.CallAction;

/**
 * What a user asks for.
 *
 * @param to never after now: what is appended later is delivered live
 * @param uuid {@code null} for all legs
 * @param action {@code null} for all that the endpoint subscribes to
 */
record WantedReplay(UUID endpoint, Instant from, Instant to, String uuid, CallAction action, boolean dryRun) {

    /** A leg's uuid is any text up to here. */
    private static final int MAX_UUID = 1024;

    /** @throws io.offhook.api.problem.ProblemException 400 with every wrong field */
    static WantedReplay read(Fields fields, Clock clock) {
        Instant now = micros(clock.instant());
        Instant to = micros(fields.time("to"));
        var wanted = new WantedReplay(fields.uuid("endpoint_id"), micros(fields.time("from")),
                to == null || to.isAfter(now) ? now : to, fields.textOrNull("uuid", 1, MAX_UUID, null),
                fields.isNull("action") ? null : fields.choice("action", CallAction.class, CallAction::wireName),
                fields.flag("dry_run", false));
        if (wanted.endpoint == null && !fields.errors().has("endpoint_id")) {
            fields.errors().add("endpoint_id", "missing (expected: the id of an endpoint)");
        }
        if (wanted.from == null && !fields.errors().has("from")) {
            fields.errors().add("from", "missing (expected: an RFC 3339 time such as 2026-01-31T12:00:00Z)");
        }
        if (wanted.from != null && !wanted.from.isBefore(wanted.to)) {
            fields.errors().add("from", wanted.from + " (expected: a time before to, which is " + wanted.to + ")");
        }
        fields.finish();
        return wanted;
    }

    /** As PostgreSQL keeps it. */
    private static Instant micros(Instant time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.MICROS);
    }
}

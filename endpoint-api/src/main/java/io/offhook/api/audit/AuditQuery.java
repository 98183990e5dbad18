package io.offhook.api.audit;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

import io.offhook.api.input.Fields;
import io.offhook.api.security.Caller;
import io.offhook.model.CallAction;
import io.offhook.model.CallEventMessage;
import io.offhook.runtime.events.EventRange;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Which records are meant; {@code null} leaves a criterion out.
 *
 * @param from of the append, included
 * @param to excluded; {@code null}: the end of the topic as it is at the request
 * @param uuid of the leg
 * @param tenant in lower case
 */
record AuditQuery(Instant from, Instant to, String uuid, String tenant, CallAction action) {

    /** A leg's uuid is any text up to here. */
    private static final int MAX_UUID = 1024;
    private static final int MAX_TENANT = 253;
    private static final String TENANT_HEADER = "ce_" + CallEventMessage.TENANT;
    private static final String TYPE_HEADER = "ce_" + CallEventMessage.TYPE;

    /** @throws io.offhook.api.problem.ProblemException 400 with every wrong parameter */
    static AuditQuery read(Fields fields) {
        String tenant = fields.text("tenant", 1, MAX_TENANT, null);
        var query = new AuditQuery(fields.time("from"), fields.time("to"), fields.text("uuid", 1, MAX_UUID, null),
                tenant == null ? null : tenant.toLowerCase(Locale.ROOT),
                fields.choice("action", CallAction.class, CallAction::wireName));
        if (query.from == null && !fields.errors().has("from")) {
            fields.errors().add("from", "missing (expected: an RFC 3339 time such as 2026-01-31T12:00:00Z)");
        }
        if (query.from != null && query.to != null && !query.from.isBefore(query.to)) {
            fields.errors().add("from", query.from + " (expected: a time before to, which is " + query.to + ")");
        }
        fields.finish();
        return query;
    }

    /** The same for the eyes of the caller; empty when these see nothing of it. */
    Optional<AuditQuery> asSeenBy(Caller caller) {
        if (caller.tenant() == null) {
            return Optional.of(this);
        }
        return tenant == null || tenant.equalsIgnoreCase(caller.tenant())
                ? Optional.of(new AuditQuery(from, to, uuid, caller.tenant(), action))
                : Optional.empty();
    }

    EventRange range() {
        return new EventRange(from, Optional.ofNullable(to), Optional.ofNullable(uuid));
    }

    /** Whether a record of the range is meant. */
    boolean matches(ConsumerRecord<byte[], byte[]> record) {
        return (uuid == null || Arrays.equals(uuid.getBytes(StandardCharsets.UTF_8), record.key()))
                && (action == null || action.eventType().equals(header(record, TYPE_HEADER)))
                && (tenant == null || tenant.equalsIgnoreCase(header(record, TENANT_HEADER)));
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}

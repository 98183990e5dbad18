package io.offhook.model;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.BiConsumer;

/**
 * A call event as it stands in the topic: its CloudEvents attributes and the bytes of its body, which are POSTed and signed as they
 * are (invariant 5, verbatim).
 *
 * @param attributes CloudEvents context attributes and extensions by name, without the {@code ce_} of the Kafka binding
 * @param body never changed; the array is shared by all deliveries of the event, not copied
 */
public record CallEventMessage(EventId id, CallAction action, String uuid, SequencedMap<String, String> attributes,
        byte[] body) {

    static final String SPEC_VERSION = "specversion";
    public static final String ID = "id";
    public static final String TYPE = "type";
    public static final String SOURCE = "source";
    public static final String SUBJECT = "subject";
    public static final String TIME = "time";
    public static final String TENANT = "tenant";
    public static final String CALL_ID = "callid";
    public static final String LEG_SEQUENCE = "legsequence";
    public static final String RECONCILED = "reconciled";

    private static final DateTimeFormatter MICROSECOND = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'")
            .withZone(ZoneOffset.UTC);

    public CallEventMessage {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(action, "action");
        Objects.requireNonNull(uuid, "uuid");
        Objects.requireNonNull(body, "body");
        attributes = EventAttributes.copyOf(attributes);
    }

    /**
     * @param node the node's name in the configuration
     * @param tenant SIP domain in lower case, {@code null} when unknown
     * @param callId the call that the leg belongs to
     * @param reconciled FreeSWITCH did not send the event, Offhook inferred it
     */
    public static CallEventMessage of(EventId id, CallEvent event, String node, String tenant, String callId,
            boolean reconciled,
            byte[] body) {
        var attributes = new LinkedHashMap<String, String>();
        attributes.put(SPEC_VERSION, "1.0");
        attributes.put(ID, id.value());
        attributes.put(TYPE, event.action().eventType());
        attributes.put(SOURCE, "/freeswitch/" + node);
        attributes.put(SUBJECT, event.leg().uuid());
        attributes.put(TIME, MICROSECOND.format(Instant.EPOCH.plus(event.atMicros(), ChronoUnit.MICROS)));
        if (tenant != null) {
            attributes.put(TENANT, tenant);
        }
        attributes.put(CALL_ID, callId);
        attributes.put(LEG_SEQUENCE, Integer.toString(event.action().legSequence()));
        if (reconciled) {
            attributes.put(RECONCILED, "true");
        }
        return new CallEventMessage(id, event.action(), event.leg().uuid(), attributes, body);
    }

    /**
     * The attributes in their order, each value as UTF-8 (as a record brought it, even if that was malformed).
     *
     * @param action must not change what it hears
     */
    public void forEachAttribute(BiConsumer<String, byte[]> action) {
        ((EventAttributes) attributes).forEachUtf8(action);
    }

    public Optional<String> tenant() {
        return Optional.ofNullable(attributes.get(TENANT));
    }

    public boolean reconciled() {
        return "true".equals(attributes.get(RECONCILED));
    }

    @Override
    public String toString() {
        return "CallEventMessage[" + id + ", " + body.length + " bytes]";
    }
}

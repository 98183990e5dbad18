package io.offhook.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * A {@link CallEventMessage} as a Kafka record and back: CloudEvents Kafka binding 1.0.2, binary content mode. The key is the
 * leg's uuid, the value the body, the attributes are headers prefixed {@code ce_}.
 */
public final class CallEventCodec {

    private static final String PREFIX = "ce_";
    private static final byte[] JSON = "application/json".getBytes(StandardCharsets.US_ASCII);

    private static final int USUAL_ATTRIBUTES = 10;

    /** By the header's key: the names of the attributes that we write. */
    private static final Map<String, String> NAMES = Stream.of(CallEventMessage.SPEC_VERSION, CallEventMessage.ID,
            CallEventMessage.TYPE, CallEventMessage.SOURCE, CallEventMessage.SUBJECT, CallEventMessage.TIME,
            CallEventMessage.TENANT, CallEventMessage.CALL_ID, CallEventMessage.LEG_SEQUENCE,
            CallEventMessage.RECONCILED).collect(Collectors.toUnmodifiableMap(PREFIX::concat, name -> name));

    private CallEventCodec() {}

    public static ProducerRecord<byte[], byte[]> toRecord(String topic, CallEventMessage message) {
        var headers = new RecordHeaders();
        message.forEachAttribute((name, value) -> headers.add(PREFIX + name, value));
        headers.add("content-type", JSON);
        byte[] key = message.uuid().getBytes(StandardCharsets.UTF_8);
        return new ProducerRecord<>(topic, null, key, message.body(), headers);
    }

    /** The event's id alone; empty for a record that has none. */
    public static Optional<EventId> idOf(Headers headers) {
        Header id = headers.lastHeader(PREFIX + CallEventMessage.ID);
        return id == null || id.value() == null || id.value().length == 0
                ? Optional.empty()
                : Optional.of(new EventId(new String(id.value(), StandardCharsets.UTF_8)));
    }

    /** @throws NotACallEventException when the record cannot be one of ours, saying which part is wrong */
    public static CallEventMessage fromRecord(byte[] key, byte[] value, Headers headers) {
        EventAttributes attributes = attributes(headers);
        if (value == null || value.length == 0) {
            throw new NotACallEventException("value: empty (expected: a JSON object)");
        }
        String id = attributes.get(CallEventMessage.ID);
        if (id == null || id.isEmpty()) {
            throw new NotACallEventException("header ce_id: missing (expected: the event's id)");
        }
        String type = attributes.get(CallEventMessage.TYPE);
        CallAction action = CallAction.ofEventType(type).orElseThrow(
                () -> new NotACallEventException(
                        "header ce_type: " + type + " (expected: offhook.call.originate|answer|hangup)"));
        String uuid = attributes.getOrDefault(CallEventMessage.SUBJECT,
                key == null ? "" : new String(key, StandardCharsets.UTF_8));
        if (uuid.isEmpty()) {
            throw new NotACallEventException("header ce_subject: missing (expected: the leg's uuid)");
        }
        return new CallEventMessage(new EventId(id), action, uuid, attributes, value);
    }

    /** Of headers with one name the last one counts. */
    private static EventAttributes attributes(Headers headers) {
        var pairs = new Object[2 * USUAL_ATTRIBUTES];
        int end = 0;
        for (Header header : headers) {
            if (header.key().startsWith(PREFIX) && header.value() != null) {
                String name = nameOf(header.key());
                int at = 0;
                while (at < end && !pairs[at].equals(name)) {
                    at += 2;
                }
                if (at == pairs.length) {
                    pairs = Arrays.copyOf(pairs, 2 * pairs.length);
                }
                pairs[at] = name;
                pairs[at + 1] = header.value();
                end = Math.max(end, at + 2);
            }
        }
        return EventAttributes.ofUtf8(end == pairs.length ? pairs : Arrays.copyOf(pairs, end));
    }

    private static String nameOf(String key) {
        String name = NAMES.get(key);
        return name == null ? key.substring(PREFIX.length()) : name;
    }
}

package io.offhook.model;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Optional;

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

    private CallEventCodec() {}

    public static ProducerRecord<byte[], byte[]> toRecord(String topic, CallEventMessage message) {
        var headers = new RecordHeaders();
        message.attributes()
                .forEach((name, value) -> headers.add(PREFIX + name, value.getBytes(StandardCharsets.UTF_8)));
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
        var attributes = new LinkedHashMap<String, String>();
        for (Header header : headers) {
            if (header.key().startsWith(PREFIX) && header.value() != null) {
                attributes.put(header.key().substring(PREFIX.length()),
                        new String(header.value(), StandardCharsets.UTF_8));
            }
        }
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
}

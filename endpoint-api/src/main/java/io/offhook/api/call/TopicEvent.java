package io.offhook.api.call;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

import io.offhook.model.CallEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import io.offhook.model.NotACallEventException;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record of the events topic, read.
 *
 * @param leg the id without its action
 */
record TopicEvent(int partition, long offset, Instant appendedAt, String leg, CallEventMessage message,
        CallEvent event) {

    private static final String SOURCE_PREFIX = "/freeswitch/";

    /** @throws NotACallEventException when it is none */
    static TopicEvent of(ConsumerRecord<byte[], byte[]> record, CallEventBody bodies) {
        CallEventMessage message = CallEventCodec.fromRecord(record.key(), record.value(), record.headers());
        CallEvent event = bodies.decode(message.body());
        String tail = "_" + message.action().wireName();
        String id = message.id().value();
        if (event.action() != message.action() || !id.endsWith(tail) || id.length() == tail.length()) {
            throw new NotACallEventException(
                    "header ce_id: " + id + " (expected: <leg>" + tail + ", as ce_type and body say)");
        }
        return new TopicEvent(record.partition(), record.offset(), Instant.ofEpochMilli(record.timestamp()),
                storable(id.substring(0, id.length() - tail.length())), message, event);
    }

    String uuid() {
        return storable(message.uuid());
    }

    String tenant() {
        return storable(message.tenant().filter(tenant -> !tenant.isEmpty()).orElse(null));
    }

    String callId() {
        return storable(message.attributes().get(CallEventMessage.CALL_ID));
    }

    String node() {
        String source = Optional.ofNullable(message.attributes().get(CallEventMessage.SOURCE)).orElse("");
        return storable(source.startsWith(SOURCE_PREFIX) ? source.substring(SOURCE_PREFIX.length()) : source);
    }

    /**
     * As PostgreSQL can hold it: of NUL the sign for a character lost stands, of half a surrogate pair what UTF-8 makes of it. Here and
     * not on the way, so that texts that are equal there are equal here. {@code null} stays.
     */
    static String storable(String text) {
        return text == null || text.chars().noneMatch(c -> c == 0 || Character.isSurrogate((char) c))
                ? text
                : new String(text.replace('\0', '\uFFFD').getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}

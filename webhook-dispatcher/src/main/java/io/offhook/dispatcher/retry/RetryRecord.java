package io.offhook.dispatcher.retry;

import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.UUID;

import io.offhook.model.CallAction;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * A hand-off as it stands in the retry topic: the event whole, so that nothing else is needed to deliver it, but of the endpoint only
 * its id, so that a changed URL or secret is the one that counts.
 *
 * @param body the event's bytes
 * @param attempts POSTs made so far
 * @param messageFailures how many of them the receiver refused for the message itself
 * @param retryAfterMillis what the receiver asked for, {@code null} when nothing
 */
record RetryRecord(UUID endpointId, UUID replayId, String eventId, String uuid, String action,
        SequencedMap<String, String> attributes,
        byte[] body, int attempts, int messageFailures, String error, String errorDetail, Integer statusCode,
        Long retryAfterMillis) {

    static final UUID LIVE = new UUID(0, 0);

    /** Reads and writes records. JSON carries the body as base64, so that its bytes stay what they are. */
    static final class Codec {
        private final JsonMapper json = JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();

        byte[] encode(RetryRecord record) {
            return json.writeValueAsBytes(record);
        }

        /** Empty for bytes that are no hand-off. */
        Optional<RetryRecord> decode(byte[] bytes) {
            try {
                RetryRecord record = bytes == null ? null : json.readValue(bytes, RetryRecord.class);
                return Optional.ofNullable(record).filter(RetryRecord::isWhole);
            } catch (JacksonException e) {
                return Optional.empty();
            }
        }

        String attributes(Map<String, String> attributes) {
            return json.writeValueAsString(attributes);
        }

        SequencedMap<String, String> attributes(String text) {
            return json.readValue(text, new TypeReference<>() {
            });
        }
    }

    private boolean isWhole() {
        return endpointId != null && replayId != null && eventId != null && uuid != null && body != null
                && error != null
                && attributes != null && !attributes.containsValue(null) && CallAction.ofWireName(action).isPresent();
    }

    CallEventMessage message() {
        return new CallEventMessage(new EventId(eventId), CallAction.ofWireName(action).orElseThrow(), uuid, attributes,
                body);
    }
}

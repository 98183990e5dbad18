package io.offhook.dispatcher.attempt;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

import io.offhook.dispatcher.endpoint.RegisteredEndpoint;
import io.offhook.model.CallAction;
import io.offhook.model.CallEventMessage;
import io.offhook.sender.AttemptResult;
import io.offhook.sender.Outcome;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * An attempt as it stands in the attempts topic and, column by column, in {@code delivery_attempts}.
 *
 * @param id UUIDv7 of the time of the attempt
 * @param tenant the endpoint's, {@code null} for one that receives the events of all
 * @param replayId {@code null} for a live delivery
 * @param attempt 1 for the first attempt of the delivery
 * @param outcome {@code delivered} or {@code failed}
 * @param statusCode {@code null} when no response arrived
 * @param error wire name of the failure, {@code null} exactly when delivered
 * @param responseExcerpt as the sender keeps it: at most 16 Ki characters; empty when there was none
 * @param remoteAddress {@code null} when no connection was tried
 * @param attemptedAt in whole microseconds, as PostgreSQL keeps it: rounded there, it could become the next day's
 */
record AttemptRecord(UUID id, UUID endpointId, String eventId, String uuid, String action, String tenant, UUID replayId,
        int attempt, String outcome, Integer statusCode, String error, long durationMs, String responseExcerpt,
        String remoteAddress, Instant attemptedAt) {

    /** Of the primary key: whoever writes rows in this order waits for others who do, and never they for him. */
    static final Comparator<AttemptRecord> KEY_ORDER = Comparator.comparing(AttemptRecord::attemptedAt)
            .thenComparing(AttemptRecord::id);

    /** Offhook is younger, and years beyond have five digits: whoever wrote such a time did not mean it. */
    private static final Instant EARLIEST = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    AttemptRecord {
        responseExcerpt = responseExcerpt == null ? "" : responseExcerpt;
        attemptedAt = attemptedAt == null ? null : attemptedAt.truncatedTo(ChronoUnit.MICROS);
    }

    static AttemptRecord of(CallEventMessage message, int number, Optional<UUID> replayId,
            RegisteredEndpoint registered,
            AttemptResult result) {
        return new AttemptRecord(idAt(result.attemptedAt()), registered.endpoint().id(), message.id().value(),
                message.uuid(), message.action().wireName(), registered.endpoint().tenant(), replayId.orElse(null),
                number, result.outcome().wireName(), result.statusCode(),
                result.error() == null ? null : result.error().wireName(), result.duration().toMillis(),
                result.responseExcerpt(), result.remoteAddress(), result.attemptedAt());
    }

    /** RFC 9562, section 5.7: 48 bits of milliseconds, then 74 of chance. Ids are no secrets, so a fast source will do. */
    private static UUID idAt(Instant time) {
        var random = ThreadLocalRandom.current();
        return new UUID(time.toEpochMilli() << 16 | 0x7000 | random.nextInt(1 << 12),
                random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L);
    }

    /** The day of UTC that names its partition. */
    LocalDate day() {
        return LocalDate.ofInstant(attemptedAt, ZoneOffset.UTC);
    }

    /** Whether PostgreSQL's checks will take it. */
    private boolean isWhole() {
        return id != null && endpointId != null && eventId != null && uuid != null
                && CallAction.ofWireName(action).isPresent() && attempt >= 1 && durationMs >= 0
                && (Outcome.DELIVERED.wireName().equals(outcome) && error == null
                        || Outcome.ENDPOINT_FAILURE.wireName().equals(outcome) && error != null)
                && attemptedAt != null && attemptedAt.isAfter(EARLIEST) && attemptedAt.isBefore(LATEST);
    }

    /** Reads and writes records as JSON, on one thread. What a later version adds is passed over. */
    static final class Codec {
        private static final int TYPICAL_BYTES = 1_024;

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(TYPICAL_BYTES);
        private final JsonFactory factory = new JsonFactory();
        private final JsonMapper json = JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();

        /** Field by field: one of them goes with each delivery, and the mapper would take twice as long. */
        byte[] encode(AttemptRecord record) {
            bytes.reset();
            try (JsonGenerator out = factory.createGenerator(ObjectWriteContext.empty(), bytes, JsonEncoding.UTF8)) {
                out.writeStartObject();
                out.writeStringProperty("id", record.id().toString());
                out.writeStringProperty("endpoint_id", record.endpointId().toString());
                out.writeStringProperty("event_id", record.eventId());
                out.writeStringProperty("uuid", record.uuid());
                out.writeStringProperty("action", record.action());
                out.writeStringProperty("tenant", record.tenant());
                out.writeStringProperty("replay_id", record.replayId() == null ? null : record.replayId().toString());
                out.writeNumberProperty("attempt", record.attempt());
                out.writeStringProperty("outcome", record.outcome());
                if (record.statusCode() == null) {
                    out.writeNullProperty("status_code");
                } else {
                    out.writeNumberProperty("status_code", record.statusCode());
                }
                out.writeStringProperty("error", record.error());
                out.writeNumberProperty("duration_ms", record.durationMs());
                out.writeStringProperty("response_excerpt", record.responseExcerpt());
                out.writeStringProperty("remote_address", record.remoteAddress());
                out.writeStringProperty("attempted_at", record.attemptedAt().toString());
                out.writeEndObject();
            }
            return bytes.toByteArray();
        }

        /** Empty for bytes that are no attempt. */
        Optional<AttemptRecord> decode(byte[] bytes) {
            try {
                AttemptRecord record = bytes == null ? null : json.readValue(bytes, AttemptRecord.class);
                return Optional.ofNullable(record).filter(AttemptRecord::isWhole);
            } catch (JacksonException e) {
                return Optional.empty();
            }
        }
    }
}

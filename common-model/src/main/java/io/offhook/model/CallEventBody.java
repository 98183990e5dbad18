package io.offhook.model;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** The body of an event: exactly the keys of its action in their fixed order, compact UTF-8 JSON. */
public final class CallEventBody {

    /** A time is cut, not rounded, to the second, yet written with milliseconds: the format that users rely on. */
    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'.000+00:00'")
            .withZone(ZoneOffset.UTC);

    /** A hangup with usual numbers takes about 430 bytes. */
    private static final int TYPICAL_BYTES = 512;

    private final JsonFactory json = new JsonFactory();

    public byte[] encode(CallEvent event) {
        var bytes = new ByteArrayOutputStream(TYPICAL_BYTES);
        try (JsonGenerator out = json.createGenerator(ObjectWriteContext.empty(), bytes, JsonEncoding.UTF8)) {
            out.writeStartObject();
            writeIdentity(out, event.leg());
            switch (event) {
                case CallEvent.Originate originate -> writeTime(out, "call_start", originate.callStart());
                case CallEvent.Answer answer -> writeTime(out, "answer_start", answer.answerStart());
                case CallEvent.Hangup hangup -> {
                    writeTime(out, "call_start", hangup.callStart());
                    writeTime(out, "answer_start", hangup.answerStart());
                    writeTime(out, "call_end", hangup.callEnd());
                    out.writeNumberProperty("duration_sec", hangup.durationSeconds());
                    writeText(out, "hangup_cause", hangup.hangupCause());
                }
            }
            out.writeStringProperty("action", event.action().wireName());
            out.writeEndObject();
        }
        return bytes.toByteArray();
    }

    /**
     * The direction that a body names; empty where it names none.
     *
     * @throws NotACallEventException when the bytes are no JSON object
     */
    public Optional<CallDirection> directionOf(byte[] body) {
        try (JsonParser in = json.createParser(ObjectReadContext.empty(), body)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw new NotACallEventException("value: no JSON object");
            }
            Optional<CallDirection> direction = Optional.empty();
            while (in.nextToken() != JsonToken.END_OBJECT) {
                String key = in.currentName();
                JsonToken value = in.nextToken();
                if (value == JsonToken.VALUE_STRING && "direction".equals(key)) {
                    direction = CallDirection.ofWireName(in.getString());
                } else {
                    in.skipChildren();
                }
            }
            return direction;
        } catch (JacksonException e) {
            throw new NotACallEventException("value: no JSON object: " + e.getOriginalMessage());
        }
    }

    /**
     * What a body tells; keys that are not ours are passed over.
     *
     * @throws NotACallEventException when the bytes are no JSON object, or one that lacks its uuid, its action or the time of it
     */
    public CallEvent decode(byte[] body) {
        var texts = new HashMap<String, String>();
        var micros = new HashMap<String, Long>();
        try (JsonParser in = json.createParser(ObjectReadContext.empty(), body)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw new NotACallEventException("value: no JSON object");
            }
            while (in.nextToken() != JsonToken.END_OBJECT) {
                String key = in.currentName();
                switch (in.nextToken()) {
                    case VALUE_STRING -> texts.put(key, in.getString());
                    case VALUE_NUMBER_INT -> micros.put(key, in.getLongValue());
                    default -> in.skipChildren();
                }
            }
        } catch (JacksonException e) {
            throw new NotACallEventException("value: no JSON object: " + e.getOriginalMessage());
        }
        return decode(texts, micros);
    }

    private static CallEvent decode(Map<String, String> texts, Map<String, Long> micros) {
        CallAction action = CallAction.ofWireName(texts.get("action"))
                .orElseThrow(() -> new NotACallEventException("action: " + texts.get("action")
                        + " (expected: originate, answer or hangup)"));
        var leg = new LegIdentity(required(texts, "uuid"), texts.get("callee_number"), texts.get("caller_id_number"),
                texts.get("ani"), CallDirection.ofWireName(texts.get("direction")).orElse(null));
        return switch (action) {
            case ORIGINATE -> new CallEvent.Originate(leg, required(micros, "call_start_uepoch"));
            case ANSWER -> new CallEvent.Answer(leg, required(micros, "answer_start_uepoch"));
            case HANGUP -> new CallEvent.Hangup(leg, required(micros, "call_start_uepoch"),
                    micros.get("answer_start_uepoch"), required(micros, "call_end_uepoch"), texts.get("hangup_cause"));
        };
    }

    private static <T> T required(Map<String, T> values, String key) {
        T value = values.get(key);
        if (value == null) {
            throw new NotACallEventException(key + ": missing");
        }
        return value;
    }

    private static void writeIdentity(JsonGenerator out, LegIdentity leg) {
        writeText(out, "uuid", leg.uuid());
        writeText(out, "callee_number", leg.calleeNumber());
        writeText(out, "caller_id_number", leg.callerIdNumber());
        writeText(out, "ani", leg.ani());
        writeText(out, "direction", leg.direction() == null ? null : leg.direction().wireName());
    }

    /** {@code uepoch} is the spelling of the user's own payloads. */
    private static void writeTime(JsonGenerator out, String key, Long micros) {
        if (micros == null) {
            out.writeNullProperty(key);
            out.writeNullProperty(key + "_uepoch");
        } else {
            out.writeStringProperty(key, SECOND.format(Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L))));
            out.writeNumberProperty(key + "_uepoch", micros);
        }
    }

    private static void writeText(JsonGenerator out, String key, String text) {
        if (text == null) {
            out.writeNullProperty(key);
        } else {
            out.writeStringProperty(key, wellFormed(text));
        }
    }

    /** A JSON escape can name half of a surrogate pair, which UTF-8 cannot carry: it becomes U+FFFD. */
    private static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return text.codePoints().map(c -> c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
            }
        }
        return text;
    }
}

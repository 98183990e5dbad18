package io.offhook.ingestor.publish;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;

/** An event as the bytes of a spool record: what goes to the topic word for word, and the event that it tells of. */
final class OutgoingEventCodec {

    private static final byte VERSION = 1;
    private static final int TYPICAL_BYTES = 1024;
    private static final int NONE = -1;

    byte[] encode(OutgoingEvent outgoing) {
        var bytes = new ByteArrayOutputStream(TYPICAL_BYTES);
        try {
            var out = new DataOutputStream(bytes);
            out.writeByte(VERSION);
            out.writeLong(outgoing.sinceMillis());
            CallEventMessage message = outgoing.message();
            text(out, message.id().value());
            text(out, message.action().wireName());
            out.writeInt(message.attributes().size());
            for (var attribute : message.attributes().entrySet()) {
                text(out, attribute.getKey());
                text(out, attribute.getValue());
            }
            out.writeInt(message.body().length);
            out.write(message.body());
            event(out, outgoing.event());
        } catch (IOException e) {
            throw new UncheckedIOException("an array can be written", e);
        }
        return bytes.toByteArray();
    }

    private static void event(DataOutputStream out, CallEvent event) throws IOException {
        LegIdentity leg = event.leg();
        text(out, leg.uuid());
        text(out, leg.calleeNumber());
        text(out, leg.callerIdNumber());
        text(out, leg.ani());
        text(out, leg.direction() == null ? null : leg.direction().wireName());
        switch (event) {
            case CallEvent.Originate originate -> out.writeLong(originate.callStart());
            case CallEvent.Answer answer -> out.writeLong(answer.answerStart());
            case CallEvent.Hangup hangup -> {
                out.writeLong(hangup.callStart());
                out.writeBoolean(hangup.answerStart() != null);
                out.writeLong(hangup.answerStart() == null ? 0 : hangup.answerStart());
                out.writeLong(hangup.callEnd());
                text(out, hangup.hangupCause());
            }
        }
    }

    /** @throws IOException when the bytes are no event of this version */
    OutgoingEvent decode(byte[] bytes) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(bytes));
        byte version = in.readByte();
        if (version != VERSION) {
            throw new IOException("version: " + version + " (expected: " + VERSION + ")");
        }
        long sinceMillis = in.readLong();
        var id = new EventId(text(in));
        String actionName = text(in);
        CallAction action = CallAction.ofWireName(actionName)
                .orElseThrow(() -> new IOException("action: " + actionName + " (expected: originate|answer|hangup)"));
        SequencedMap<String, String> attributes = new LinkedHashMap<>();
        for (int i = in.readInt(); i > 0; i--) {
            attributes.put(text(in), text(in));
        }
        byte[] body = in.readNBytes(in.readInt());
        CallEvent event = event(in, action);
        return new OutgoingEvent(new CallEventMessage(id, action, event.leg().uuid(), attributes, body), event,
                sinceMillis);
    }

    private static CallEvent event(DataInputStream in, CallAction action) throws IOException {
        var leg = new LegIdentity(text(in), text(in), text(in), text(in),
                CallDirection.ofWireName(text(in)).orElse(null));
        return switch (action) {
            case ORIGINATE -> new CallEvent.Originate(leg, in.readLong());
            case ANSWER -> new CallEvent.Answer(leg, in.readLong());
            case HANGUP -> {
                long callStart = in.readLong();
                boolean answered = in.readBoolean();
                long answerStart = in.readLong();
                yield new CallEvent.Hangup(leg, callStart, answered ? answerStart : null, in.readLong(), text(in));
            }
        };
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        if (text == null) {
            out.writeInt(NONE);
        } else {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            out.writeInt(utf8.length);
            out.write(utf8);
        }
    }

    private static String text(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length == NONE) {
            return null;
        }
        if (length < 0 || length > in.available()) {
            throw new IOException("length: " + length + " (expected: at most " + in.available() + ")");
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }
}

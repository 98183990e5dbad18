package io.offhook.bench.dispatch;

import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The events of as many legs as are wanted, three of each, numbered in the order of the topic: the originates of a wave of legs, their
 * answers, their hangups, then the next wave. About 700 bytes each with its attributes, half of it body.
 */
public final class EventStock {

    static final int EVENTS_PER_LEG = CallAction.values().length;
    private static final String BODY_BEGIN = "{\"uuid\":\"";
    private static final int LEG_DIGITS = 8;
    private static final int HEX = 16;
    private static final long SETUP_MICROS = 5_000_000;
    private static final long TALK_MICROS = 60_000_000;

    private final String topic;
    private final int tenants;
    private final int wave;
    private final long begin = System.currentTimeMillis() * 1000;
    private final CallEventBody body = new CallEventBody();

    /**
     * @param tenants legs belong to one after the other
     * @param wave legs whose events interleave
     */
    public EventStock(String topic, int tenants, int wave) {
        this.topic = topic;
        this.tenants = tenants;
        this.wave = wave;
    }

    static String tenant(int number) {
        return "t" + number + ".example";
    }

    int tenantOf(int event) {
        return legOf(event) % tenants;
    }

    private int legOf(int event) {
        return event / (wave * EVENTS_PER_LEG) * wave + event % wave;
    }

    public ProducerRecord<byte[], byte[]> record(int number) {
        int leg = legOf(number);
        var identity = new LegIdentity("%08x-0000-4000-8000-%012x".formatted(leg, leg * 0x9E3779B1L & 0xFFFFFFFFFFFFL),
                "0035799" + (100_000 + leg % 900_000), "+442035040000", "1002", CallDirection.OUTBOUND);
        long start = begin + leg;
        CallEvent event = switch (number / wave % EVENTS_PER_LEG) {
            case 0 -> new CallEvent.Originate(identity, start);
            case 1 -> new CallEvent.Answer(identity, start + SETUP_MICROS);
            default -> new CallEvent.Hangup(identity, start, start + SETUP_MICROS, start + TALK_MICROS,
                    "NORMAL_CLEARING");
        };
        var message = CallEventMessage.of(EventId.of(identity.uuid(), event.action()), event, "fs1",
                tenant(leg % tenants), identity.uuid(), false, body.encode(event));
        return CallEventCodec.toRecord(topic, message);
    }

    /** The number of the event that has this body. */
    int numberOf(byte[] bytes, int at, int length) {
        int leg = 0;
        for (int i = 0; i < LEG_DIGITS; i++) {
            leg = leg * HEX + Character.digit(bytes[at + BODY_BEGIN.length() + i], HEX);
        }
        // The last letter of "action":"originate"}, answer, hangup.
        int stage = switch (bytes[at + length - "?\"}".length()]) {
            case 'e' -> 0;
            case 'r' -> 1;
            default -> 2;
        };
        return leg / wave * wave * EVENTS_PER_LEG + stage * wave + leg % wave;
    }
}

package io.offhook.bench.decode;

import java.util.function.Consumer;

import io.offhook.ingestor.esl.EslEvent;

/** Which client decodes, and in which format it reads. */
public enum Client {
    OFFHOOK_JSON, OFFHOOK_PLAIN, ESL_CLIENT, FREESWITCH_ESL;

    EventDecoder open(Consumer<EslEvent> events) {
        return switch (this) {
            case OFFHOOK_JSON, OFFHOOK_PLAIN -> new OffhookDecoder(events);
            case ESL_CLIENT -> new EslClientDecoder(events);
            case FREESWITCH_ESL -> new FreeswitchEslDecoder(events);
        };
    }
}

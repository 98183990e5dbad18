package io.offhook.ingestor.publish;

import io.offhook.ingestor.call.TopicEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventMessage;

/** Call events of the topic, as the tracker of legs takes them. */
public final class TopicEvents {

    private static final String SOURCE = "/freeswitch/";

    private TopicEvents() {}

    /** @throws io.offhook.model.NotACallEventException when the body is none of ours */
    public static TopicEvent of(CallEventMessage message, CallEventBody body) {
        String source = message.attributes().getOrDefault(CallEventMessage.SOURCE, "");
        String node = source.startsWith(SOURCE) ? source.substring(SOURCE.length()) : source;
        return new TopicEvent(message.id(), body.decode(message.body()), node, message.tenant().orElse(null),
                message.attributes().getOrDefault(CallEventMessage.CALL_ID, message.uuid()));
    }
}

package io.offhook.ingestor.call;

import io.offhook.model.CallEvent;
import io.offhook.model.EventId;

/**
 * A call event as it stands in the topic, whoever published it.
 *
 * @param tenant {@code null} when unknown then
 */
public record TopicEvent(EventId id, CallEvent event, String node, String tenant, String callId) implements LegInput {

    @Override
    public String uuid() {
        return event.leg().uuid();
    }
}

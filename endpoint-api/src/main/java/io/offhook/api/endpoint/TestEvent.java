package io.offhook.api.endpoint;

import java.time.Clock;
import java.util.UUID;

import io.offhook.model.CallAction;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;

/** Makes events of a call that never was, such as the endpoint would get. */
final class TestEvent {

    private static final long SECOND = 1_000_000;
    /** The call rang 16 s and lasted 4 s. */
    private static final long ANSWER_AFTER = 16 * SECOND;
    private static final long END_AFTER = 20 * SECOND;

    private final CallEventBody body = new CallEventBody();
    private final Clock clock;

    TestEvent(Clock clock) {
        this.clock = clock;
    }

    /** A new leg each time, in the endpoint's tenant and one of its directions, whose event happens now. */
    CallEventMessage of(CallAction action, EndpointConfig endpoint) {
        String uuid = UUID.randomUUID().toString();
        var leg = new LegIdentity(uuid, "0035799123456", "+442035040000", "1002", endpoint.directions().getFirst());
        long now = clock.millis() * 1000;
        CallEvent event = switch (action) {
            case ORIGINATE -> new CallEvent.Originate(leg, now);
            case ANSWER -> new CallEvent.Answer(leg, now);
            case HANGUP ->
                new CallEvent.Hangup(leg, now - END_AFTER, now - END_AFTER + ANSWER_AFTER, now, "NORMAL_CLEARING");
        };
        return CallEventMessage.of(EventId.of(uuid, action), event, "test", endpoint.tenant(), uuid, false,
                body.encode(event));
    }
}

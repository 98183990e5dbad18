package io.offhook.dispatcher;

import java.util.List;

import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;

/** Call events as an ingestor publishes them. */
public final class CallEvents {

    public static final String TENANT = "tenant-a.example";
    private static final long START = 1_580_283_919_489_709L;
    private static final long ANSWER = 1_580_283_935_169_797L;
    private static final long END = 1_580_283_939_549_758L;

    private CallEvents() {}

    public static CallEventMessage of(String uuid, CallAction action) {
        return of(uuid, action, TENANT, CallDirection.OUTBOUND);
    }

    public static CallEventMessage of(String uuid, CallAction action, String tenant, CallDirection direction) {
        var leg = new LegIdentity(uuid, "0035799123456", "+442035040000", "1002", direction);
        CallEvent event = switch (action) {
            case ORIGINATE -> new CallEvent.Originate(leg, START);
            case ANSWER -> new CallEvent.Answer(leg, ANSWER);
            case HANGUP -> new CallEvent.Hangup(leg, START, ANSWER, END, "NORMAL_CLEARING");
        };
        return CallEventMessage.of(EventId.of(uuid, action), event, "fs1", tenant, "call-" + uuid, false,
                new CallEventBody().encode(event));
    }

    /** All events of a leg, in order. */
    public static List<CallEventMessage> leg(String uuid) {
        return List.of(of(uuid, CallAction.ORIGINATE), of(uuid, CallAction.ANSWER), of(uuid, CallAction.HANGUP));
    }
}

package io.offhook.ingestor.call;

import io.offhook.model.CallEvent;
import io.offhook.model.EventId;

/** Where call events go, in the order of each leg. May block while the log is away: that is the back-pressure. */
public interface CallEventSink {

    /**
     * @param node the node that spoke of it
     * @param tenant {@code null} when unknown
     * @param reconciled FreeSWITCH did not send the event
     */
    void publish(EventId id, CallEvent event, String node, String tenant, String callId, boolean reconciled);
}

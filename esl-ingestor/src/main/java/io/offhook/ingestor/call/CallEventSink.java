package io.offhook.ingestor.call;

import io.offhook.model.CallEvent;
import io.offhook.model.EventId;

/** Where call events go, in the order of each leg. */
public interface CallEventSink {

    /**
     * @param node the node that spoke of it
     * @param tenant {@code null} when unknown
     * @param reconciled FreeSWITCH did not send the event
     */
    void publish(EventId id, CallEvent event, String node, String tenant, String callId, boolean reconciled);

    /** Whether nothing of an earlier run or of a time without Kafka waits any more that could say what is about to be inferred. */
    default boolean caughtUp() {
        return true;
    }
}

package io.offhook.ingestor.call;

import io.offhook.model.CallEvent;
import io.offhook.model.EventId;

/**
 * A call event that follows from a channel event.
 *
 * @param inferred FreeSWITCH did not send it
 */
record LegOutput(EventId id, CallEvent event, String node, boolean inferred) {}

package io.offhook.ingestor.publish;

import io.offhook.model.CallEvent;
import io.offhook.model.CallEventMessage;
import io.offhook.model.LegIdentity;

/**
 * A call event on its way to the topic.
 *
 * @param sinceMillis append time, in milliseconds since the epoch, before which the topic cannot hold it
 */
record OutgoingEvent(CallEventMessage message, CallEvent event, long sinceMillis) {

    /**
     * No event takes more, as {@link #bytes} counts. The five texts of a leg have at most 1,024 code points each: at most 6 KiB
     * each in the body (every character escaped), 6 KiB each beside it, and uuid and call id once more in the attributes,
     * 5 x 6 + 5 x 6 + 2 x 6 = 72 KiB; node, tenant and the fixed parts share the rest.
     */
    static final int MAX_BYTES = 80 * 1024;

    private static final int FIXED_BYTES = 128;
    /** UTF-8 takes at most three bytes for a {@code char}. */
    private static final int PER_CHAR = 3;

    /** At least what the event takes in the spool. */
    int bytes() {
        int chars = message.id().value().length();
        for (var attribute : message.attributes().entrySet()) {
            chars += attribute.getKey().length() + attribute.getValue().length();
        }
        LegIdentity leg = event.leg();
        chars += length(leg.uuid()) + length(leg.calleeNumber()) + length(leg.callerIdNumber()) + length(leg.ani());
        if (event instanceof CallEvent.Hangup hangup) {
            chars += length(hangup.hangupCause());
        }
        int prefixes = 2 * Integer.BYTES * message.attributes().size();
        return FIXED_BYTES + prefixes + message.body().length + PER_CHAR * chars;
    }

    private static int length(String text) {
        return text == null ? 0 : text.length();
    }
}

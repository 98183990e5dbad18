package io.offhook.ingestor.esl;

import java.util.Map;

/**
 * One frame of the event socket protocol.
 *
 * @param contentType {@code Content-Type} as it stands, empty when the frame has none
 * @param headers the frame's own headers; of a name that occurs twice the first
 * @param body never changed; empty when the frame has none
 * @param event the event that an event frame carries, else {@code null}
 */
record EslFrame(String contentType, Map<String, String> headers, byte[] body, EslEvent event) {

    String header(String name) {
        return headers.get(name);
    }

    /** What FreeSWITCH replies to a command; empty when it says nothing. */
    String replyText() {
        return headers.getOrDefault("Reply-Text", "");
    }
}

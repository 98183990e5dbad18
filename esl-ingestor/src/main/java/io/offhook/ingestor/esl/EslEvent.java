package io.offhook.ingestor.esl;

import java.nio.charset.StandardCharsets;

import org.freeswitch.esl.client.transport.event.EslEventHeaderNames;

/** One FreeSWITCH event. Headers are found and decoded when they are asked for: an event has about 200, of which few are needed. */
public interface EslEvent {

    /**
     * Reads the body of a reply to {@code api uuid_dump <uuid> json} as an event: the same one flat object.
     *
     * @throws MalformedEventException when it is not one whole object, such as {@code -ERR No such channel!}
     */
    static EslEvent ofJson(String body) throws MalformedEventException {
        return JsonEvent.of(body.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The value of a header; the first, where a name occurs twice (FreeSWITCH repeats {@code Hangup-Cause} in each
     * CHANNEL_HANGUP_COMPLETE) or where the value is an array.
     *
     * @param name matched exactly: channels have variables such as {@code variable_Event-Name}
     * @return {@code null} when the header is absent or empty ({@code _undef_} in the plain format); invalid UTF-8 reads as U+FFFD
     */
    String header(String name);

    /** What the event takes in memory, about: it is kept as it came. */
    int bytes();

    /** The event's name, such as {@code CHANNEL_CREATE}; {@code null} when it has none. */
    default String name() {
        return header(EslEventHeaderNames.EVENT_NAME);
    }

    /** A decimal header such as a time in microseconds; 0 when absent or not a number, which is FreeSWITCH's own "not happened". */
    default long number(String name) {
        String text = header(name);
        if (text == null || text.isEmpty() || text.length() > 19) {
            return 0;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            // A caller can set variables to anything; such a value is no time.
            return 0;
        }
    }
}

package io.offhook.testkit.freeswitch;

import java.util.ArrayList;
import java.util.List;

/**
 * An INVITE with a wrong password, as in s24: events of a leg that never got a caller profile, with no CHANNEL_CREATE, no
 * {@code Caller-*} header and no CDR.
 */
final class RejectedInvite {
    private static final String CAPTURED = "e0ee55ed-fe24-4454-8949-2aae6929f636";
    private static final List<EventData> EVENTS = Captures.open("s24_register").events().stream()
            .filter(event -> event.text("Unique-ID").equals(CAPTURED)).toList();

    private final String uuid;
    private final List<EventData> events = new ArrayList<>();

    /** Counts a new session, as each such INVITE does. */
    RejectedInvite(SwitchCore core) {
        uuid = core.newUuid();
        String session = Long.toString(core.newSession());
        String callId = core.newUuid();
        long now = core.nowMicros();
        for (EventData captured : EVENTS) {
            EventData.Editor event = EventData.blank();
            for (Header header : captured.headers()) {
                event.add(switch (header.name()) {
                    case "variable_session_id" -> Header.of(header.name(), session);
                    case "variable_sip_call_id" -> Header.of(header.name(), callId);
                    default -> header.text().equals(CAPTURED) ? Header.of(header.name(), uuid) : header;
                });
            }
            events.add(core.stamp(event, now, captured.text("Event-Calling-File"),
                    captured.text("Event-Calling-Function"),
                    Integer.parseInt(captured.text("Event-Calling-Line-Number"))).build());
        }
    }

    String uuid() {
        return uuid;
    }

    void fire(Dispatcher dispatcher) {
        events.forEach(dispatcher::fire);
    }
}

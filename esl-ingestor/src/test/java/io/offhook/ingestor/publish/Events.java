package io.offhook.ingestor.publish;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.offhook.model.CallDirection;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;

/** Events of ordinary legs, and settings that make a spool quick to test. */
final class Events {

    static final long START = 1_795_374_882_366_319L;

    private Events() {}

    /** Originate, answer and hangup of one leg. */
    static List<CallEvent> leg(String uuid) {
        var identity = new LegIdentity(uuid, "200", null, "100", CallDirection.INBOUND);
        return List.of(new CallEvent.Originate(identity, START), new CallEvent.Answer(identity, START + 2_000_000),
                new CallEvent.Hangup(identity, START, START + 2_000_000, START + 9_999_999, "NORMAL_CLEARING"));
    }

    static OutgoingEvent outgoing(CallEvent event) {
        EventId id = EventId.of(event.leg().uuid(), event.action());
        return new OutgoingEvent(CallEventMessage.of(id, event, "fs1", "a.example", event.leg().uuid(), false,
                new CallEventBody().encode(event)), event, 42);
    }

    static OutgoingEvent outgoing(String uuid) {
        return outgoing(leg(uuid).getFirst());
    }

    static SpoolSettings settings(Path dir) {
        return settings(dir, 1_048_576);
    }

    static SpoolSettings settings(Path dir, long maxBytes) {
        return new SpoolSettings(dir.toString(), maxBytes, 1_000, Duration.ofMillis(300), Duration.ofMillis(5), 65_536);
    }
}

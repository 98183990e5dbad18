package io.offhook.ingestor.call;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.offhook.ingestor.esl.EslEvent;
import io.offhook.model.CallEvent;
import io.offhook.model.EventId;
import io.offhook.testkit.freeswitch.Captures;
import io.offhook.testkit.freeswitch.EventData;
import io.offhook.testkit.freeswitch.ExpectedCall;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What real FreeSWITCH traffic means, against the written truth of each scenario. */
class CapturedCallsTest {

    static List<String> captures() {
        return ExpectedCall.unbrokenCaptures();
    }

    @ParameterizedTest
    @MethodSource("captures")
    void everyLegHasItsEventsInOrderWithTheIdentityOfItsOriginate(String capture) {
        var published = new Published();
        var reader = new ChannelEventReader(Legs.TENANTS);
        var tracker = new LegTracker(published, new NoJournal(), new Legs.Counts(), InstantSource.system(),
                Tracking.TIMINGS, false, _ -> Optional.empty());
        long firstMicros = Captures.open(capture).events().getFirst().text("Event-Date-Timestamp").isEmpty()
                ? 0
                : Long.parseLong(Captures.open(capture).events().getFirst().text("Event-Date-Timestamp"));
        long now = 0;
        for (EventData event : Captures.open(capture).events()) {
            // The capture's own clock drives the hold; it may jump, which a monotonic clock does not.
            now = Math.max(now, (Long.parseLong(event.text("Event-Date-Timestamp")) - firstMicros) / 1000);
            ChannelEvent read = reader.read("fs1", new HeadersOf(event));
            if (read != null) {
                tracker.heard("fs1", read.core(), read.at(), now);
                tracker.on(read, now);
            }
        }
        tracker.passTime(Long.MAX_VALUE);

        Map<String, List<ExpectedCall>> truth = ExpectedCall.of(capture);
        assertThat(truth).isNotEmpty();
        assertThat(published.byLeg.keySet()).containsExactlyInAnyOrderElementsOf(truth.keySet());
        truth.forEach(
                (leg, expected) -> assertThat(published.byLeg.get(leg)).as(leg).containsExactlyElementsOf(expected));
        assertThat(published.ids).doesNotHaveDuplicates();
        assertThat(published.reconciled).isZero();
    }

    private static final class NoJournal implements LegJournal {
        @Override
        public void write(OpenLeg leg) {}

        @Override
        public void ending(String uuid) {}

        @Override
        public void ended(String uuid) {}
    }

    private record HeadersOf(EventData event) implements EslEvent {
        @Override
        public int bytes() {
            return 0;
        }

        @Override
        public String header(String name) {
            String text = event.headers().stream().filter(h -> h.name().equals(name)).findFirst().map(h -> h.text())
                    .orElse("");
            return text.isEmpty() ? null : text;
        }
    }

    private static final class Published implements CallEventSink {
        private final Map<String, List<ExpectedCall>> byLeg = new LinkedHashMap<>();
        private final List<EventId> ids = new ArrayList<>();
        private int reconciled;

        @Override
        public void publish(EventId id, CallEvent event, String node, String tenant, String callId, boolean inferred) {
            ids.add(id);
            reconciled += inferred ? 1 : 0;
            var leg = event.leg();
            List<ExpectedCall> calls = byLeg.computeIfAbsent(leg.uuid(), _ -> new ArrayList<>());
            long started = calls.isEmpty() ? event.atMicros() : calls.getFirst().atMicros();
            long answered = switch (event) {
                case CallEvent.Originate _ -> 0;
                case CallEvent.Answer answer -> answer.answerStart();
                case CallEvent.Hangup hangup -> hangup.answerStart() == null ? 0 : hangup.answerStart();
            };
            calls.add(new ExpectedCall(leg.uuid(), event.action().wireName(), leg.calleeNumber(), leg.callerIdNumber(),
                    leg.ani(),
                    leg.direction().wireName(), event.atMicros(), started, answered,
                    event instanceof CallEvent.Hangup hangup ? hangup.hangupCause() : ""));
        }
    }
}

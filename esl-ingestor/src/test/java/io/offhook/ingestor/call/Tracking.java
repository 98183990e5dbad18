package io.offhook.ingestor.call;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.offhook.ingestor.call.ChannelEvent.Kind;
import io.offhook.model.CallEvent;
import io.offhook.model.EventId;

/** A tracker with a topic in memory: what it publishes, what it writes down, and what it would find if it asked. */
final class Tracking implements CallEventSink, LegJournal {

    record Sent(String id, CallEvent event, String node, String tenant, String callId, boolean reconciled) {}

    static final TrackerTimings TIMINGS = new TrackerTimings(Duration.ofMillis(250), Duration.ofMinutes(10), 500_000,
            Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(30), Duration.ofMinutes(10),
            Duration.ofSeconds(120));

    final List<Sent> sent = new ArrayList<>();
    final List<OpenLeg> journal = new ArrayList<>();
    final List<String> ended = new ArrayList<>();
    final Legs.Counts counts = new Legs.Counts();
    final Map<String, ChannelEvent> waitingCdrs = new HashMap<>();
    final LegTracker tracker;
    boolean caughtUp = true;
    /** Id of an event that cannot be published; {@code null} for none. */
    String refused;
    /** Wall clock: the capture's own time, so that nothing is old unless a test makes it so. */
    long wallMillis = Legs.CREATED / 1000;
    long now;
    private final Map<String, List<TopicEvent>> topic = new HashMap<>();
    private final List<Map<String, Long>> asked = new ArrayList<>();

    Tracking() {
        this(TIMINGS);
    }

    Tracking(TrackerTimings timings) {
        tracker = new LegTracker(this, this, counts, () -> Instant.ofEpochMilli(wallMillis), timings, false,
                uuid -> Optional.ofNullable(waitingCdrs.get(uuid)));
    }

    @Override
    public void publish(EventId id, CallEvent event, String node, String tenant, String callId, boolean reconciled) {
        if (id.value().equals(refused)) {
            throw new IllegalStateException("refused: " + refused);
        }
        sent.add(new Sent(id.value(), event, node, tenant, callId, reconciled));
    }

    @Override
    public boolean caughtUp() {
        return caughtUp;
    }

    @Override
    public void write(OpenLeg leg) {
        journal.add(leg);
    }

    @Override
    public void ending(String uuid) {}

    @Override
    public void ended(String uuid) {
        ended.add(uuid);
    }

    /** FreeSWITCH speaks, at the present time. */
    Tracking feed(ChannelEvent... events) {
        for (ChannelEvent event : events) {
            tracker.heard(event.node(), event.core(), event.at(), now);
            if (event.kind() == Kind.DUMP) {
                tracker.onDump(event, now);
            } else {
                tracker.on(event, now);
            }
        }
        return settle();
    }

    /** Time passes, and what is due happens. */
    Tracking after(Duration time) {
        long until = now + time.toMillis();
        while (now < until) {
            long step = Math.min(1000, until - now);
            now += step;
            wallMillis += step;
            tracker.passTime(now);
            tracker.judgeCores(now);
            settle();
        }
        return this;
    }

    /** The topic answers whatever is asked at present. */
    Tracking settle() {
        Map<String, Long> questions = tracker.questionsForTopic(now);
        while (!questions.isEmpty()) {
            asked.add(questions);
            tracker.onTopicAnswer(questions.keySet(), topic, now);
            questions = tracker.questionsForTopic(now);
        }
        return this;
    }

    /** Somebody else has published the event; it is found when it is asked for. */
    Tracking inTopic(TopicEvent event) {
        topic.computeIfAbsent(event.uuid(), _ -> new ArrayList<>()).add(event);
        return this;
    }

    List<String> ids() {
        return sent.stream().map(Sent::id).toList();
    }

    /** Uuids with the append time from which the topic was read for them. */
    List<Map<String, Long>> asked() {
        return asked;
    }
}

package io.offhook.testkit.freeswitch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A captured call, cut out of its capture and prepared for rewriting.
 *
 * @param shape      what kind of call it is
 * @param events     its events in the order delivered, offsets never stepping back
 * @param legs       its legs by first CREATE
 * @param pauses     its ringing and talking times
 * @param otherUuids how many uuids beside those of legs and core appear in it
 */
record CallTemplate(CallShape shape, List<TemplateEvent> events, List<LegTimes> legs, List<Pause> pauses,
        int otherUuids) {
    /** Between two events of one step lie 0 to 100 ms, in a shortest ringing 300 ms. */
    private static final long PAUSE_MICROS = 200_000;

    /** Times of a leg relative to the call's first event, -1 where there is none, and its cause. */
    record LegTimes(long created, long answered, long hangup, String cause) {}

    /**
     * A long pause.
     *
     * @param kind  what it is
     * @param event index of the first event behind it
     * @param from  offset of the last event before it, microseconds
     * @param to    offset of the first event behind it
     */
    record Pause(CallShape.Wait kind, int event, long from, long to) {

        long micros() {
            return to - from;
        }

        /** Whether a time of the capture lies behind this pause. */
        boolean before(long offset) {
            return offset > (from + to) / 2;
        }
    }

    /** The templates of all kinds; reading them takes some 100 ms, they never change. */
    static Map<CallKind, CallTemplate> all() {
        return Library.ALL;
    }

    private static final class Library {
        private static final Map<CallKind, CallTemplate> ALL = load();

        private static Map<CallKind, CallTemplate> load() {
            Map<CallKind, CallTemplate> templates = new EnumMap<>(CallKind.class);
            for (CallKind kind : CallKind.values()) {
                templates.put(kind, cut(CallShape.of(kind)));
            }
            return Collections.unmodifiableMap(templates);
        }
    }

    static CallTemplate cut(CallShape shape) {
        List<EventData> captured = Captures.open(shape.capture()).events();
        List<String> legs = legs(captured, shape.root());
        if (legs.size() != shape.legs().size()) {
            throw new IllegalStateException(
                    shape.capture() + ": " + legs.size() + " legs (expected: " + shape.legs().size() + ")");
        }
        List<EventData> own = captured.stream().filter(event -> legs.contains(event.text("Unique-ID"))).toList();
        long start = micros(own.getFirst(), "Event-Date-Timestamp");
        TemplateTokenizer tokenizer = new TemplateTokenizer(start, own.getFirst().text("Core-UUID"), legs,
                shape.parties());
        List<TemplateEvent> events = new ArrayList<>();
        long offset = 0;
        for (EventData event : own) {
            offset = Math.max(offset, micros(event, "Event-Date-Timestamp") - start);
            events.add(template(event, legs.indexOf(event.text("Unique-ID")), offset, tokenizer));
        }
        List<LegTimes> times = legs.stream().map(leg -> times(own, leg, start)).toList();
        return new CallTemplate(shape, List.copyOf(events), times, pauses(events, shape), tokenizer.otherUuids());
    }

    private static List<String> legs(List<EventData> captured, String root) {
        List<String> legs = new ArrayList<>();
        for (EventData event : captured) {
            boolean first = legs.isEmpty() && event.text("Caller-Destination-Number").equals(root);
            if (event.name().equals("CHANNEL_CREATE") && (first || legs.contains(event.text("variable_originator")))) {
                legs.add(event.text("Unique-ID"));
            }
        }
        return legs;
    }

    private static TemplateEvent template(EventData event, int leg, long offset, TemplateTokenizer tokenizer) {
        List<TemplateEvent.TemplateHeader> headers = new ArrayList<>();
        for (Header header : event.headers()) {
            List<List<Part>> values = header.values().stream().map(
                    value -> tokenizer.parts(event, leg, header.name(),
                            new String(value, StandardCharsets.UTF_8)))
                    .toList();
            headers.add(new TemplateEvent.TemplateHeader(header.name(), header.array(), values));
        }
        return new TemplateEvent(event.name(), leg, offset, headers);
    }

    private static LegTimes times(List<EventData> events, String leg, long start) {
        EventData end = events.stream()
                .filter(event -> event.name().equals("CHANNEL_HANGUP_COMPLETE") && event.text("Unique-ID").equals(leg))
                .findFirst()
                .orElseThrow();
        long answered = micros(end, "Caller-Channel-Answered-Time");
        return new LegTimes(micros(end, "Caller-Channel-Created-Time") - start, answered == 0 ? -1 : answered - start,
                micros(end, "Caller-Channel-Hangup-Time") - start, end.text("Hangup-Cause"));
    }

    private static List<Pause> pauses(List<TemplateEvent> events, CallShape shape) {
        List<Pause> pauses = new ArrayList<>();
        for (int i = 1; i < events.size(); i++) {
            long from = events.get(i - 1).offset();
            long to = events.get(i).offset();
            if (to - from > PAUSE_MICROS && pauses.size() < shape.waits().size()) {
                pauses.add(new Pause(shape.waits().get(pauses.size()), i, from, to));
            }
        }
        if (pauses.size() != shape.waits().size()) {
            throw new IllegalStateException(
                    shape.capture() + ": " + pauses.size() + " pauses (expected: " + shape.waits() + ")");
        }
        return List.copyOf(pauses);
    }

    private static long micros(EventData event, String name) {
        return Long.parseLong(event.text(name));
    }
}

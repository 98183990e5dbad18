package io.offhook.testkit.freeswitch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The call events that a captured scenario with a gap, a dead core or a recovery must yield over all its streams, and how each can be
 * known. Derived from the written timelines and the truth written above them, not from any decoder of this project.
 *
 * @param name       the scenario
 * @param streams    its captures, in the order of their beginnings
 * @param events     by leg, in the order in which they happened
 * @param duplicates ends that a second owner of a leg reported after its true end: nothing may follow from them
 * @param unseen     calls that began and ended where nobody looked: only a CDR could tell of them
 */
public record GapScenario(String name, List<String> streams, Map<String, List<Expected>> events,
        List<ExpectedCall> duplicates, List<String> unseen) {

    public GapScenario {
        streams = List.copyOf(streams);
        duplicates = List.copyOf(duplicates);
        unseen = List.copyOf(unseen);
    }

    /** How an event can be known. */
    public enum Source {
        /** FreeSWITCH sent it while somebody listened. */
        REPORTED,
        /** It fell into the gap; {@code uuid_dump} behind the gap tells it exactly. */
        DUMPED,
        /** The leg ended in the gap: its absence behind the gap tells that it ended, a CDR would tell when and why. */
        ENDED_UNSEEN,
        /** The leg's core died, and nobody recovered it: there is no event and no CDR. */
        CORE_DIED
    }

    /**
     * One event that is to come out.
     *
     * @param call           what it says; for ENDED_UNSEEN and CORE_DIED the time is the true one to some 20 ms and the cause is empty
     * @param source         how it can be known
     * @param stream         capture that reports it, or the last one before what must be inferred
     * @param earliestMicros when the leg was last known not to have come to it, the exact time where that is known
     * @param latestMicros   when it was first known to have come to it, the exact time where that is known
     */
    public record Expected(ExpectedCall call, Source source, String stream, long earliestMicros, long latestMicros) {}

    /** An end that no stream reports: which legs, how it can be known, and the true time, micros since the epoch. */
    private record Missing(Predicate<CaptureTruth.Line> legs, Source source, long atMicros) {}

    /** All that there are. */
    public static List<String> names() {
        return List.of("s17_kill9", "s19_gap", "r01_recover_same_node", "r02_recover_on_b_while_a_lives",
                "r06_recover_phones_gone");
    }

    /**
     * @throws IllegalArgumentException when it is none of {@link #names()}
     */
    public static GapScenario of(String scenario) {
        return switch (scenario) {
            // t=0.56 both answered (1795375295.846236 on the inbound leg), t=1.22 Y (1001 -> 9100) ended.
            case "s19_gap" -> new Reading(List.of("s19_gap.before", "s19_gap.after"),
                    new Missing(line -> line.cid().equals("1001"), Source.ENDED_UNSEEN,
                            1_795_375_295_846_236L + 660_000))
                    .scenario(scenario, List.of("1001 -> 9101, 1.28 s to 2.78 s of the scenario"));
            // t=0.56 bridged (1795375528.026245), t=1.58 kill -9.
            case "s17_kill9" -> new Reading(List.of("s17_kill9", "s17_kill9.after"),
                    new Missing(line -> true, Source.CORE_DIED, 1_795_375_528_026_245L + 1_020_000))
                    .scenario(scenario, List.of());
            case "r01_recover_same_node", "r06_recover_phones_gone" ->
                new Reading(List.of(scenario + ".before", scenario + ".after"), null).scenario(scenario, List.of());
            case "r02_recover_on_b_while_a_lives" ->
                new Reading(List.of(scenario + ".nodeA", scenario + ".nodeB"), null).scenario(scenario, List.of());
            default -> throw new IllegalArgumentException("scenario: " + scenario + " (expected: one of " + names()
                    + ")");
        };
    }

    /** All events of the scenario, in no order between legs. */
    public List<Expected> all() {
        return events.values().stream().flatMap(List::stream).toList();
    }

    /** Those of one source. */
    public List<Expected> of(Source source) {
        return all().stream().filter(event -> event.source == source).toList();
    }

    /** Puts the streams together. */
    private static final class Reading {
        private final List<String> streams;
        private final Missing missing;
        private final Map<String, CaptureTruth.Line> begun = new LinkedHashMap<>();
        private final Map<String, List<Expected>> events = new LinkedHashMap<>();
        private final List<ExpectedCall> ends = new ArrayList<>();

        Reading(List<String> streams, Missing missing) {
            this.streams = streams;
            this.missing = missing;
        }

        GapScenario scenario(String name, List<String> unseen) {
            for (String stream : streams) {
                CaptureTruth.of(stream).events().forEach(line -> read(stream, line));
            }
            List<ExpectedCall> duplicates = new ArrayList<>();
            ends.stream().sorted((one, two) -> Long.compare(one.atMicros(), two.atMicros())).forEach(end -> {
                boolean first = events.get(end.uuid()).stream().noneMatch(event -> isEnd(event.call));
                if (first) {
                    add(new Expected(end, Source.REPORTED, stream(end), end.atMicros(), end.atMicros()));
                } else {
                    duplicates.add(end);
                }
            });
            begun.values().forEach(this::infer);
            return new GapScenario(name, streams, events, duplicates, unseen);
        }

        private void read(String stream, CaptureTruth.Line line) {
            boolean begins = line.name()
                    .equals(line.direction().equals("outbound") ? "CHANNEL_ORIGINATE" : "CHANNEL_CREATE");
            if (begins && begun.putIfAbsent(line.uuid(), line) == null) {
                report("originate", Source.REPORTED, stream, line);
            } else if (line.name().equals("CHANNEL_ANSWER")) {
                report("answer", Source.REPORTED, stream, line);
            } else if (line.name().equals("CHANNEL_HANGUP_COMPLETE")) {
                if (begun.putIfAbsent(line.uuid(), line) == null) {
                    report("originate", Source.DUMPED, stream, line);
                    report("answer", Source.DUMPED, stream, line);
                }
                ends.add(ExpectedCall.expected("hangup", begun.get(line.uuid()), line));
            }
        }

        private void report(String action, Source source, String stream, CaptureTruth.Line line) {
            ExpectedCall call = ExpectedCall.expected(action, begun.get(line.uuid()), line);
            add(new Expected(call, source, stream, call.atMicros(), call.atMicros()));
        }

        private void infer(CaptureTruth.Line begin) {
            if (events.get(begin.uuid()).stream().anyMatch(event -> isEnd(event.call))) {
                return;
            }
            if (missing == null || !missing.legs.test(begin)) {
                throw new IllegalStateException(begin.uuid() + ": has no end (expected: one, or a reason)");
            }
            long answered = events.get(begin.uuid()).stream().filter(event -> event.call.action().equals("answer"))
                    .mapToLong(event -> event.call.atMicros()).findFirst().orElse(0);
            ExpectedCall end = new ExpectedCall(begin.uuid(), "hangup", begin.dest(), begin.cid(), begin.ani(),
                    begin.direction(), missing.atMicros, begin.createdMicros(), answered, "");
            add(new Expected(end, missing.source, streams.getFirst(), lastSeen(begin.uuid()),
                    micros(Captures.open(streams.getLast()).events().getFirst())));
        }

        private long lastSeen(String uuid) {
            return Captures.open(streams.getFirst()).events().stream()
                    .filter(event -> event.text("Unique-ID").equals(uuid))
                    .mapToLong(Reading::micros).max().orElseThrow();
        }

        private String stream(ExpectedCall end) {
            return streams.stream().filter(stream -> CaptureTruth.of(stream).ofLeg(end.uuid()).stream()
                    .anyMatch(line -> line.name().equals("CHANNEL_HANGUP_COMPLETE")
                            && line.hangupMicros() == end.atMicros()))
                    .findFirst().orElseThrow();
        }

        private void add(Expected event) {
            events.computeIfAbsent(event.call.uuid(), _ -> new ArrayList<>()).add(event);
        }

        private static boolean isEnd(ExpectedCall call) {
            return call.action().equals("hangup");
        }

        private static long micros(EventData event) {
            return Long.parseLong(event.text("Event-Date-Timestamp"));
        }
    }
}

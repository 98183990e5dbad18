package io.offhook.testkit.freeswitch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What happened in a capture, read from the event timeline of its {@code .md} file, which was made independently of any decoder of
 * this project. The timeline prints times modulo 10^9 microseconds; the exact ones are joined from the plain stream by
 * Event-Sequence, with a reader that only splits lines.
 *
 * @param capture name of the capture
 * @param legs    letter of each leg in the timeline to its uuid
 * @param events  the channel events, in the order delivered
 */
public record CaptureTruth(String capture, Map<String, String> legs, List<Line> events) {
    private static final long MODULUS = 1_000_000_000L;
    private static final Pattern LEG = Pattern.compile("\\b([A-Z])=([0-9a-f]{8}-[0-9a-f-]{27})");
    private static final Pattern LINE = Pattern.compile(
            "^ *(-?[\\d.]+) seq=(\\d+) +([A-Z]) ([A-Z_]+) +(inbound|outbound|-) +dest=(.*?) +cid=(.*?) +ani=(.*?) +hc=(\\S+) +ans=(\\S+) "
                    + "orig=(\\S+) cr=(\\S+) an=(\\S+) hu=(\\S+) pr=(\\S+) .*$");
    private static final Pattern LENGTH = Pattern.compile("Content-Length: (\\d+)\nContent-Type: text/event-plain\n\n");

    public CaptureTruth {
        legs = Map.copyOf(legs);
        events = List.copyOf(events);
    }

    /**
     * One event of a leg. Times are microseconds since the epoch, 0 = not happened.
     *
     * @param seconds        seconds since the start of the scenario
     * @param sequence       Event-Sequence
     * @param leg            letter of the leg
     * @param uuid           its uuid
     * @param name           Event-Name
     * @param direction      {@code inbound}, {@code outbound}, or {@code -}
     * @param dest           Caller-Destination-Number
     * @param cid            Caller-Caller-ID-Number
     * @param ani            Caller-ANI
     * @param hangupCause    Hangup-Cause, or {@code -}
     * @param answerState    Answer-State
     * @param createdMicros  Caller-Channel-Created-Time
     * @param answeredMicros Caller-Channel-Answered-Time
     * @param hangupMicros   Caller-Channel-Hangup-Time
     */
    public record Line(double seconds, long sequence, String leg, String uuid, String name, String direction,
            String dest,
            String cid, String ani, String hangupCause, String answerState, long createdMicros, long answeredMicros,
            long hangupMicros) {}

    /**
     * Reads the truth of a capture of the classpath.
     *
     * @throws IllegalArgumentException when it has no timeline, or when timeline and stream contradict each other
     */
    public static CaptureTruth of(String capture) {
        String plain = new String(Captures.open(capture).bytes(EventFormat.PLAIN), StandardCharsets.ISO_8859_1);
        Map<Long, Map<String, String>> exact = headers(plain);
        String timeline = timeline(capture);
        Map<String, String> legs = new HashMap<>();
        Matcher leg = LEG.matcher(timeline.substring(0, timeline.indexOf("```")));
        while (leg.find()) {
            legs.put(leg.group(1), leg.group(2));
        }
        List<Line> events = new ArrayList<>();
        for (String text : timeline.lines().toList()) {
            Matcher line = LINE.matcher(text);
            if (line.matches()) {
                events.add(line(capture, line, legs, exact));
            }
        }
        return new CaptureTruth(capture, legs, events);
    }

    /** The leg's events, in order. */
    public List<Line> ofLeg(String uuid) {
        return events.stream().filter(line -> line.uuid.equals(uuid)).toList();
    }

    /** A scenario with several streams has one file with a named timeline for each of them. */
    private static String timeline(String capture) {
        String scenario = Captures.files().contains(capture + ".md")
                ? capture
                : capture.substring(0, Math.max(0, capture.lastIndexOf('.')));
        if (!Captures.files().contains(scenario + ".md")) {
            throw new IllegalArgumentException("capture: " + capture + " (expected: one with an .md file)");
        }
        for (String part : Captures.text(scenario + ".md").split("(?m)^(?=Event timeline|Timeline of )")) {
            if (part.startsWith("Event timeline") || part.startsWith("Timeline of " + capture + ".plain.esl")) {
                return part;
            }
        }
        throw new IllegalArgumentException("capture: " + capture + " (expected: one whose .md file has a timeline)");
    }

    private static Line line(String capture, Matcher line, Map<String, String> legs,
            Map<Long, Map<String, String>> exact) {
        long sequence = Long.parseLong(line.group(2));
        Map<String, String> headers = exact.getOrDefault(sequence, Map.of());
        String uuid = headers.getOrDefault("Unique-ID", "");
        // Where the timeline does not say which leg a letter stands for, its first event does.
        String known = legs.putIfAbsent(line.group(3), uuid);
        if (uuid.isEmpty() || known != null && !known.equals(uuid)) {
            throw new IllegalArgumentException(
                    capture + ", sequence " + sequence + ": uuid " + uuid + " (expected: " + known + ")");
        }
        return new Line(Double.parseDouble(line.group(1)), sequence, line.group(3), uuid, line.group(4), line.group(5),
                line.group(6),
                line.group(7), line.group(8), line.group(9), line.group(10),
                micros(capture, headers, "Created", line.group(12)),
                micros(capture, headers, "Answered", line.group(13)),
                micros(capture, headers, "Hangup", line.group(14)));
    }

    private static long micros(String capture, Map<String, String> headers, String what, String printed) {
        long value = Long.parseLong(headers.getOrDefault("Caller-Channel-" + what + "-Time", "0"));
        String expected = printed.equals("-") ? "0" : printed;
        if (value % MODULUS != Long.parseLong(expected)) {
            throw new IllegalArgumentException(capture + ": " + what + " " + value + " (expected: ..." + printed + ")");
        }
        return value;
    }

    /** Event-Sequence to the first value of each header of that event, as encoded in the plain stream. */
    private static Map<Long, Map<String, String>> headers(String plain) {
        Map<Long, Map<String, String>> events = new HashMap<>();
        Matcher frame = LENGTH.matcher(plain);
        int at = 0;
        while (frame.find(at)) {
            at = frame.end() + Integer.parseInt(frame.group(1));
            Map<String, String> headers = new HashMap<>();
            for (String line : plain.substring(frame.end(), at).split("\n")) {
                int colon = line.indexOf(": ");
                if (colon > 0) {
                    headers.putIfAbsent(line.substring(0, colon), line.substring(colon + 2));
                }
            }
            events.put(Long.parseLong(headers.getOrDefault("Event-Sequence", "0")), headers);
        }
        return events;
    }
}

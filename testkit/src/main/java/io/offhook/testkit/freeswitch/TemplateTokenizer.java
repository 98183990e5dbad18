package io.offhook.testkit.freeswitch;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds in the header values of one captured call what belongs to that call: uuids, times, durations, numbers, tenant. */
final class TemplateTokenizer {
    private static final String UUID = "(?<uuid>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})";
    private static final String TIMES = "|(?<micros>(?<!\\d)1795\\d{12}(?!\\d))|(?<seconds>(?<!\\d)1795\\d{6}(?!\\d))"
            + "|(?<local>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d)|(?<gmt>\\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT)";
    private static final String TENANT = "|(?<domain>tenant-[ab]\\.example)|(?<label>tenant-[ab])";
    private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
    private static final DateTimeFormatter GMT = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'",
            Locale.ENGLISH);
    /** Epoch seconds farther from the call are no times of it (the session ids in SDP look like some). */
    private static final long NEAR_SECONDS = 3600;

    private final long startMicros;
    private final String coreUuid;
    private final List<String> legs;
    private final Map<String, CallShape.Party> parties;
    private final Map<String, Integer> others = new LinkedHashMap<>();
    private final Pattern pattern;

    TemplateTokenizer(long startMicros, String coreUuid, List<String> legs, Map<String, CallShape.Party> parties) {
        this.startMicros = startMicros;
        this.coreUuid = coreUuid;
        this.legs = legs;
        this.parties = parties;
        String digits = parties.keySet().stream().map(number -> number.replace("+", ""))
                .collect(Collectors.joining("|"));
        this.pattern = Pattern
                .compile(UUID + TIMES + TENANT + "|(?<number>(?<![0-9A-Za-z.+])\\+?(?:" + digits + ")(?![0-9A-Za-z]))");
    }

    /** How many other uuids have been found so far. */
    int otherUuids() {
        return others.size();
    }

    /** The parts of one value of that header. */
    List<Part> parts(EventData event, int leg, String name, String value) {
        Part whole = wholeValue(event, leg, name, value);
        if (whole != null) {
            return List.of(whole);
        }
        if (name.startsWith("variable_rtp_audio_")) {
            return List.of(new Part.Text(value));
        }
        List<Part> parts = new ArrayList<>();
        Matcher matcher = pattern.matcher(value);
        int end = 0;
        while (matcher.find()) {
            Part part = token(event, name, matcher);
            if (part != null) {
                parts.add(new Part.Text(value.substring(end, matcher.start())));
                parts.add(part);
                end = matcher.end();
            }
        }
        parts.add(new Part.Text(value.substring(end)));
        return parts;
    }

    private Part wholeValue(EventData event, int leg, String name, String value) {
        return switch (name) {
            case "Event-Sequence" -> new Part.Sequence();
            case "variable_Event-Sequence" -> new Part.RequestSequence();
            case "FreeSWITCH-Hostname", "FreeSWITCH-Switchname", "variable_FreeSWITCH-Hostname",
                    "variable_FreeSWITCH-Switchname" ->
                new Part.Switchname();
            case "variable_session_id" -> new Part.Session(leg);
            case "variable_sip_call_id" -> other(value);
            default -> span(event, name);
        };
    }

    private Part token(EventData event, String name, Matcher matcher) {
        if (matcher.group("uuid") != null) {
            return uuid(matcher.group());
        }
        if (matcher.group("micros") != null) {
            return new Part.Micros(Long.parseLong(matcher.group()) - startMicros);
        }
        if (matcher.group("seconds") != null) {
            long second = Long.parseLong(matcher.group());
            return Math.abs(second - startMicros / 1_000_000) > NEAR_SECONDS
                    ? null
                    : new Part.Seconds(exact(event, name, second));
        }
        if (matcher.group("local") != null) {
            return new Part.Local(
                    exact(event, name, LocalDateTime.parse(matcher.group(), LOCAL).toEpochSecond(ZoneOffset.UTC)));
        }
        if (matcher.group("gmt") != null) {
            return new Part.Gmt(
                    exact(event, name, LocalDateTime.parse(matcher.group(), GMT).toEpochSecond(ZoneOffset.UTC)));
        }
        if (matcher.group("domain") != null) {
            return new Part.Tenant();
        }
        return matcher.group("label") != null ? new Part.TenantLabel() : number(matcher.group());
    }

    private Part uuid(String uuid) {
        if (uuid.equals(coreUuid)) {
            return new Part.CoreUuid();
        }
        int leg = legs.indexOf(uuid);
        return leg >= 0 ? new Part.LegUuid(leg) : other(uuid);
    }

    private Part other(String value) {
        return new Part.OtherUuid(others.computeIfAbsent(value, ignored -> others.size()));
    }

    private Part number(String captured) {
        CallShape.Party party = parties.get(captured);
        return party != null ? new Part.Number(party, false) : new Part.Number(parties.get("+" + captured), true);
    }

    /** A second in a header stands for an exact time in another header of the same event. */
    private long exact(EventData event, String name, long second) {
        String source = "";
        if (name.startsWith("Event-Date-")) {
            source = "Event-Date-Timestamp";
        } else if (name.startsWith("variable_Event-Date-")) {
            source = "variable_Event-Date-Timestamp";
        } else if (name.endsWith("_stamp") || name.endsWith("_epoch")) {
            source = name.substring(0, name.lastIndexOf('_')) + "_uepoch";
        } else if (name.contains("ransfer")) {
            source = "Caller-Profile-Created-Time";
        }
        String micros = event.text(source);
        boolean found = micros.length() == 16 && Long.parseLong(micros) / 1_000_000 == second;
        return (found ? Long.parseLong(micros) : second * 1_000_000) - startMicros;
    }

    /** The duration variables, all from the times that stand beside them (set_timestamps in switch_channel.c). */
    private Part span(EventData event, String name) {
        Matcher matcher = DURATION.matcher(name);
        if (!matcher.matches()) {
            return null;
        }
        boolean total = matcher.group("total") != null;
        String what = total ? "duration" : matcher.group("what");
        Part.Unit unit = switch (total ? matcher.group("total") : matcher.group("unit")) {
            case "m" -> Part.Unit.MILLIS;
            case "u" -> Part.Unit.MICROS;
            default -> Part.Unit.SECONDS;
        };
        long start = time(event, "start");
        long end = time(event, "end");
        long answer = time(event, "answer");
        long[] fromTo = switch (what) {
            case "duration" -> new long[]{start, end};
            case "bill" -> new long[]{answer, end};
            case "flow_bill" -> new long[]{answer == 0 ? 0 : start, end};
            case "wait" -> new long[]{start, time(event, "bridge")};
            default -> new long[]{start, time(event, what)};
        };
        return fromTo[0] == 0 || fromTo[1] == 0
                ? new Part.Text("0")
                : new Part.Span(fromTo[0] - startMicros, fromTo[1] - startMicros, unit);
    }

    private static final Pattern DURATION = Pattern.compile(
            "variable_(?:(?<total>[mu]?)duration|(?<what>bill|flow_bill|progress|progress_media|answer|wait)(?<unit>[mu]?)sec)");

    private static long time(EventData event, String what) {
        String micros = event.text("variable_" + what + "_uepoch");
        return micros.length() == 16 ? Long.parseLong(micros) : 0;
    }
}

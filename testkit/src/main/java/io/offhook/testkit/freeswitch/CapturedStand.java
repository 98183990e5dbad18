package io.offhook.testkit.freeswitch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * The channels of a captured FreeSWITCH at one moment, from the replies that were recorded then.
 *
 * @param identity an event of that core
 * @param dumps    replies of {@code uuid_dump}: the legs that were up
 * @param rows     rows of {@code show channels as json}, empty when that was not asked then
 * @param sessions sessions since its start, 0 where not recorded
 */
record CapturedStand(EventData identity, List<EventData> dumps, Optional<List<Row>> rows, long sessions) {
    private static final String R02 = "r02_recover_on_b_while_a_lives.";
    private static final Pattern SESSIONS = Pattern.compile("(\\d+) session\\(s\\) since startup");
    private static final Map<String, Sources> MOMENTS = sources();

    /** A row of the reply, as it stood there. */
    record Row(String uuid, String json) {}

    /**
     * Where a moment was recorded.
     *
     * @param rows   file of {@code show channels as json}, empty where there is none
     * @param dumps  what the files of {@code uuid_dump} begin with, empty where no leg was up
     * @param stream capture of that core
     */
    private record Sources(String rows, String dumps, String stream) {}

    private static Map<String, Sources> sources() {
        Map<String, Sources> moments = new TreeMap<>();
        moments.put("s19_gap", new Sources("s19_gap.show_channels.json", "s19_gap.uuid_dump.", "s19_gap.after"));
        moments.put("s17_kill9.after", new Sources("s17_kill9.show_channels_after.json", "", "s17_kill9.after"));
        String r01 = "r01_recover_same_node.";
        moments.put(r01 + "before", new Sources("", r01 + "before.uuid_dump.", r01 + "before"));
        moments.put(r01 + "after", new Sources(r01 + "after.show_channels.json", r01 + "after.uuid_dump.",
                r01 + "after"));
        // Node A had the legs from beginning to end (uuid_exists in the .md file), node B had none before it took them over.
        moments.put(R02 + "A.before", node("A", "before", true));
        moments.put(R02 + "A.after", node("A", "after", true));
        moments.put(R02 + "A.afterbye", node("A", "afterbye", true));
        moments.put(R02 + "B.before", node("B", "before", false));
        moments.put(R02 + "B.after", node("B", "after", true));
        return moments;
    }

    private static Sources node(String node, String moment, boolean up) {
        return new Sources(R02 + node + "." + moment + ".show_channels.json",
                up ? R02 + "node" + node + ".uuid_dump." : "", R02 + "node" + node);
    }

    static List<String> moments() {
        return List.copyOf(MOMENTS.keySet());
    }

    /**
     * @throws IllegalArgumentException when nothing was recorded of that moment
     */
    static CapturedStand of(String moment) {
        Sources sources = MOMENTS.get(moment);
        if (sources == null) {
            throw new IllegalArgumentException("moment: " + moment + " (expected: one of " + moments() + ")");
        }
        List<EventData> dumps = Captures.files().stream()
                .filter(file -> !sources.dumps.isEmpty() && file.startsWith(sources.dumps) && file.endsWith(".json"))
                .map(file -> EventJson.parse(Captures.bytes(file))).toList();
        EventData identity = dumps.isEmpty() ? Captures.open(sources.stream).events().getFirst() : dumps.getFirst();
        return new CapturedStand(identity, dumps, rows(sources.rows), sessions(moment + ".status.txt"));
    }

    boolean lists(String uuid) {
        return rows.orElse(List.of()).stream().anyMatch(row -> row.uuid.equals(uuid));
    }

    private static Optional<List<Row>> rows(String file) {
        if (file.isEmpty()) {
            return Optional.empty();
        }
        List<Row> rows = new ArrayList<>();
        for (JsonNode row : new ObjectMapper().readTree(Captures.text(file)).path("rows")) {
            EventData columns = EventJson.parse(row.toString().getBytes(StandardCharsets.UTF_8));
            rows.add(new Row(columns.text("uuid"),
                    new String(JsonEncoder.encode(columns), StandardCharsets.UTF_8)));
        }
        return Optional.of(List.copyOf(rows));
    }

    private static long sessions(String file) {
        if (!Captures.files().contains(file)) {
            return 0;
        }
        Matcher sessions = SESSIONS.matcher(Captures.text(file));
        return sessions.find() ? Long.parseLong(sessions.group(1)) : 0;
    }
}

package io.offhook.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

@Command(name = "calls", description = "List calls, newest first; or do the command below.")
final class CallCommands implements Callable<Integer> {

    private static final String PATH = "/calls";

    private final Session session;

    @Option(names = "--tenant")
    private String tenant;

    @Option(names = "--number", description = "of the callee or the caller")
    private String number;

    @Option(names = "--direction", description = "inbound, outbound or local")
    private String direction;

    @Option(names = "--hangup-cause", paramLabel = "CAUSE", description = "such as NORMAL_CLEARING")
    private String hangupCause;

    @Option(names = "--since", paramLabel = "TIME", description = "started then or later, such as 2026-01-31T12:00:00Z")
    private String since;

    @Option(names = "--until", paramLabel = "TIME", description = "started before")
    private String until;

    @Mixin
    private Paging paging;

    CallCommands(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var query = new LinkedHashMap<String, String>();
        query.put("tenant", tenant);
        query.put("number", number);
        query.put("direction", direction);
        query.put("hangup_cause", hangupCause);
        query.put("since", since);
        query.put("until", until);
        session.show(session.api().list(PATH, query, paging.limit()), "call_start", "uuid", "direction",
                "caller_id_number", "callee_number", "duration_sec", "hangup_cause", "tenant");
        return 0;
    }

    @Command(name = "show", description = "Show the timeline of one: its events and every delivery of each.")
    int show(@Parameters(paramLabel = "UUID") String uuid) {
        JsonNode timeline = session.api().get(PATH + "/" + ApiConnection.encoded(uuid), Map.of());
        if (session.isJson()) {
            session.show(timeline);
            return 0;
        }
        if (timeline.has("call")) {
            session.terminal().fields(timeline.get("call"));
        }
        for (JsonNode event : timeline.path("events")) {
            session.terminal().out().println();
            session.terminal().out().println(Terminal.plain(event.path("at").asString("") + "  "
                    + event.path("action").asString("")));
            for (JsonNode delivery : event.path("deliveries")) {
                session.terminal().out().println(Terminal.plain("  to " + delivery.path("endpoint_id").asString("")
                        + ": " + delivery.path("status").asString("")));
                delivery.path("attempts").forEach(this::attempt);
            }
        }
        return 0;
    }

    private void attempt(JsonNode attempt) {
        session.terminal().out().println(Terminal.plain("    " + attempt.path("attempted_at").asString("") + "  #"
                + attempt.path("attempt").asString("") + " " + attempt.path("outcome").asString("") + " "
                + attempt.path("status_code").asString(attempt.path("error").asString("")) + " in "
                + attempt.path("duration_ms").asString("?") + " ms"));
    }
}

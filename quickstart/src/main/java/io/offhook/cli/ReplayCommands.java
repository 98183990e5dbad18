package io.offhook.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

@Command(name = "replay", description = "Deliver events of the past again, and wait for the end; or do one of the commands below."
        + " Ctrl-C ends the waiting, not the replay.")
final class ReplayCommands implements Callable<Integer> {

    private static final String PATH = "/replays";
    private static final Set<String> ENDED = Set.of("completed", "cancelled", "failed");
    private static final long LOOK_EVERY_MILLIS = 500;
    /** A minute of an API that restarts. */
    private static final int MAX_FAILURES = 120;

    private final Session session;

    @Spec
    private CommandSpec spec;

    @Option(names = "--endpoint", paramLabel = "ID", description = "to this endpoint")
    private String endpoint;

    @Option(names = "--from", paramLabel = "TIME", description = "of the append to the topic, included, such as 2026-01-31T12:00:00Z")
    private String from;

    @Option(names = "--to", paramLabel = "TIME", description = "excluded")
    private String to;

    @Option(names = "--uuid", description = "of this leg alone")
    private String uuid;

    @Option(names = "--action", description = "originate, answer or hangup alone")
    private String action;

    @Option(names = "--dry-run", description = "count only")
    private boolean dryRun;

    @Option(names = "--no-wait", description = "start it, show it, and leave")
    private boolean noWait;

    ReplayCommands(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (endpoint == null || from == null) {
            throw new ParameterException(spec.commandLine(), "--endpoint and --from are missing");
        }
        var body = new LinkedHashMap<String, Object>();
        body.put("endpoint_id", endpoint);
        body.put("from", from);
        body.put("to", to);
        body.put("uuid", uuid);
        body.put("action", action);
        body.put("dry_run", dryRun ? true : null);
        body.values().removeIf(value -> value == null);
        JsonNode replay = session.api().post(PATH, body);
        if (!noWait) {
            replay = waitedFor(replay);
        }
        session.show(replay);
        return noWait || status(replay).equals("completed") ? 0 : CommandFailure.REFUSED;
    }

    private JsonNode waitedFor(JsonNode started) throws InterruptedException {
        String id = started.path("id").asString();
        var leave = new Thread(() -> {
            session.terminal().endProgress();
            session.terminal().note("offhook: replay " + id + " goes on; see it with: offhook replay show " + id
                    + ", end it with: offhook replay cancel " + id);
        });
        Runtime.getRuntime().addShutdownHook(leave);
        try {
            return untilEnded(id, started);
        } finally {
            withdraw(leave);
        }
    }

    private static void withdraw(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM ends already, so the hook has its say.
        }
    }

    private JsonNode untilEnded(String id, JsonNode started) throws InterruptedException {
        JsonNode replay = started;
        String shown = "";
        int failures = 0;
        while (!ENDED.contains(status(replay))) {
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
            try {
                replay = session.api().get(of(id), Map.of());
                failures = 0;
            } catch (CommandFailure away) {
                if (away.exitCode() != CommandFailure.UNAVAILABLE || ++failures == MAX_FAILURES) {
                    throw new CommandFailure(away.exitCode(),
                            away.getMessage() + "\n  replay " + id + " goes on without being waited for");
                }
            }
            String now = line(replay);
            if (!now.equals(shown)) {
                session.terminal().progress(now);
                shown = now;
            }
        }
        session.terminal().endProgress();
        return replay;
    }

    private static String line(JsonNode replay) {
        return String.format(Locale.ROOT, "replay %s: %s, %d %%, %s matched, %s delivered, %s failed",
                Terminal.plain(replay.path("id").asString()), Terminal.plain(status(replay)),
                Math.round(replay.path("progress").asDouble(0) * 100), replay.path("matched").asString("0"),
                replay.path("delivered").asString("0"), replay.path("failed").asString("0"));
    }

    private static String status(JsonNode replay) {
        return replay.path("status").asString("unknown");
    }

    private static String of(String id) {
        return PATH + "/" + ApiConnection.encoded(id);
    }

    @Command(name = "list", description = "List replays.")
    int list(@Mixin Paging wanted) {
        session.show(session.api().list(PATH, Map.of(), wanted.limit()), "id", "status", "progress", "matched",
                "delivered", "failed", "endpoint_id");
        return 0;
    }

    @Command(name = "show", description = "Show one.")
    int show(@Parameters(paramLabel = "ID") String id) {
        session.show(session.api().get(of(id), Map.of()));
        return 0;
    }

    @Command(name = "wait", description = "Wait for the end of one; exit code 1 when it failed or was cancelled.")
    int await(@Parameters(paramLabel = "ID") String id) throws InterruptedException {
        JsonNode replay = waitedFor(session.api().get(of(id), Map.of()));
        session.show(replay);
        return status(replay).equals("completed") ? 0 : CommandFailure.REFUSED;
    }

    @Command(name = "cancel", description = "End one.")
    int cancel(@Parameters(paramLabel = "ID") String id) {
        session.api().delete(of(id));
        session.terminal().note("cancelled");
        return 0;
    }
}

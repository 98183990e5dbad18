package io.offhook.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

@Command(name = "endpoints", description = "List endpoints, oldest first; or do one of the commands below.")
final class EndpointCommands implements Callable<Integer> {

    private static final String PATH = "/endpoints";

    private final Session session;

    @Mixin
    private Paging paging;

    EndpointCommands(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        session.show(session.api().list(PATH, Map.of(), paging.limit()), "id", "name", "tenant", "health", "events",
                "url");
        return 0;
    }

    private static String of(String id) {
        return PATH + "/" + ApiConnection.encoded(id);
    }

    @Command(name = "show", description = "Show one.")
    int show(@Parameters(paramLabel = "ID") String id) {
        session.show(session.api().get(of(id), Map.of()));
        return 0;
    }

    @Command(name = "add", description = "Register one. The answer alone shows its secret.")
    int add(@Parameters(paramLabel = "URL") String url, @Option(names = "--name") String name,
            @Option(names = "--tenant", description = "by default the key's") String tenant,
            @Option(names = "--event", split = ",", paramLabel = "EVENT", description = "originate, answer, hangup; all unless given") List<String> events,
            @Option(names = "--direction", split = ",", paramLabel = "DIRECTION", description = "inbound, outbound, local; all unless given") List<String> directions,
            @Option(names = "--header", paramLabel = "NAME=VALUE") Map<String, String> headers) {
        var body = new LinkedHashMap<String, Object>();
        body.put("url", url);
        body.put("name", name);
        body.put("tenant", tenant);
        body.put("events", events);
        body.put("directions", directions);
        body.put("headers", headers);
        body.values().removeIf(value -> value == null);
        session.show(session.api().post(PATH, body));
        return 0;
    }

    @Command(name = "enable", description = "Send to it again.")
    int enable(@Parameters(paramLabel = "ID") String id) {
        session.show(session.api().post(of(id) + "/enable", Map.of()));
        return 0;
    }

    @Command(name = "disable", description = "Send nothing to it; what is pending waits.")
    int disable(@Parameters(paramLabel = "ID") String id) {
        session.show(session.api().post(of(id) + "/disable", Map.of()));
        return 0;
    }

    @Command(name = "test", description = "Send a sample event at once and show the attempt; exit code 1 when it fails.")
    int test(@Parameters(paramLabel = "ID") String id,
            @Option(names = "--action", defaultValue = "hangup", description = "originate, answer or hangup") String action) {
        JsonNode attempt = session.api().post(of(id) + "/test", Map.of("action", action));
        session.show(attempt);
        return attempt.path("outcome").asString("").equals("delivered") ? 0 : CommandFailure.REFUSED;
    }

    @Command(name = "rotate-secret", description = "Give it a new secret and show it; the one before signs too until its grace ends.")
    int rotateSecret(@Parameters(paramLabel = "ID") String id,
            @Option(names = "--grace", defaultValue = "86400", paramLabel = "SECONDS") int grace) {
        session.show(session.api().post(of(id) + "/secret/rotate", Map.of("grace_period_sec", grace)));
        return 0;
    }

    @Command(name = "remove", description = "Remove it and discard what it still had to get.")
    int remove(@Parameters(paramLabel = "ID") String id) {
        session.api().delete(of(id));
        session.terminal().note("removed");
        return 0;
    }
}

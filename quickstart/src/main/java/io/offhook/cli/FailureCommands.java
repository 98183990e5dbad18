package io.offhook.cli;

import java.util.Map;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "failures", description = "List failed deliveries, newest first; or do one of the commands below.")
final class FailureCommands implements Callable<Integer> {

    static final String PATH = "/failed-webhooks";

    private final Session session;

    @Mixin
    private FailureFilter filter;

    @Mixin
    private Paging paging;

    FailureCommands(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        session.show(session.api().list(PATH, filter.fields(), paging.limit()), "id", "first_failed_at", "action",
                "status", "attempts", "last_error", "last_status_code", "next_attempt_at", "uuid", "endpoint_id");
        return 0;
    }

    static String of(String id) {
        return PATH + "/" + ApiConnection.encoded(id);
    }

    @Command(name = "show", description = "Show one with its body.")
    int show(@Parameters(paramLabel = "ID") String id) {
        session.show(session.api().get(of(id), Map.of()));
        return 0;
    }

    @Command(name = "discard", description = "Give one up.")
    int discard(@Parameters(paramLabel = "ID") String id) {
        session.api().delete(of(id));
        session.terminal().note("discarded");
        return 0;
    }
}

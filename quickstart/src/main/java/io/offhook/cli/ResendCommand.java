package io.offhook.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

@Command(name = "resend", description = "Make failed deliveries due now, with a new maximum age: those named, or all that the options mean.")
final class ResendCommand implements Callable<Integer> {

    private static final long LOOK_EVERY_SECONDS = 1;

    private final Session session;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "ID", description = "of a failed delivery", arity = "0..*")
    private List<String> ids = List.of();

    @Mixin
    private FailureFilter filter;

    @Option(names = "--all", description = "every failed delivery that the key sees")
    private boolean all;

    ResendCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        int ways = (ids.isEmpty() ? 0 : 1) + (filter.fields().isEmpty() ? 0 : 1) + (all ? 1 : 0);
        if (ways != 1) {
            throw new ParameterException(spec.commandLine(),
                    "nothing, or too much, says what is meant (expected: ids, options such as --endpoint, or --all)");
        }
        if (!ids.isEmpty()) {
            List<JsonNode> rows = new ArrayList<>();
            for (String id : ids) {
                rows.add(session.api().post(FailureCommands.of(id) + "/resend", Map.of()));
            }
            session.show(rows, "id", "status", "next_attempt_at", "attempts", "uuid", "endpoint_id");
            return 0;
        }
        session.show(waitedFor(CompletableFuture.supplyAsync(
                () -> session.api().post(FailureCommands.PATH + "/resend", filter.fields()))));
        return 0;
    }

    private JsonNode waitedFor(CompletableFuture<JsonNode> answer) throws InterruptedException {
        for (long seconds = 0;; seconds += LOOK_EVERY_SECONDS) {
            try {
                return answer.get(LOOK_EVERY_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                if (session.terminal().isLive()) {
                    session.terminal().progress("resending, " + (seconds + LOOK_EVERY_SECONDS) + " s");
                }
            } catch (ExecutionException e) {
                session.terminal().endProgress();
                throw e.getCause() instanceof CommandFailure failure ? failure : new CompletionException(e.getCause());
            }
        }
    }
}

package io.offhook.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * {@code ./offhook endpoints|failures|resend|replay|calls}, over the REST API.
 *
 * <p>Exit codes: 0 done; 1 refused, or the replay failed; 2 wrong arguments; 3 the API cannot be reached or cannot serve now; 4 no key, or
 * one that may not.
 */
@Command(name = "offhook", synopsisSubcommandLabel = "COMMAND", description = "What the REST API does, from a shell.", footer = {
        "",
        "OFFHOOK_API_URL (http://localhost:8080) says where the API is, OFFHOOK_API_KEY who calls.",
        "Exit codes: 0 done; 1 refused or failed; 2 wrong arguments; 3 the API cannot be reached; 4 no key that may."})
public final class CommandLineClient implements Runnable {

    private final Session session;

    @Spec
    private CommandSpec spec;

    @Option(names = {"-h", "--help"}, usageHelp = true, scope = ScopeType.INHERIT, description = "show this")
    private boolean help;

    private CommandLineClient(Session session) {
        this.session = session;
    }

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "results as JSON")
    private void json(boolean wanted) {
        session.useJson(wanted);
    }

    /** @param arguments the command first */
    public static void main(String[] arguments) {
        var terminal = new Terminal(System.out, System.err,
                System.console() != null && System.console().isTerminal());
        System.exit(run(System.getenv(), terminal, arguments));
    }

    static int run(Map<String, String> environment, Terminal terminal, String... arguments) {
        try (var session = new Session(environment, terminal)) {
            return new CommandLine(new CommandLineClient(session))
                    .addSubcommand(new EndpointCommands(session)).addSubcommand(new FailureCommands(session))
                    .addSubcommand(new ResendCommand(session)).addSubcommand(new ReplayCommands(session))
                    .addSubcommand(new CallCommands(session)).setCaseInsensitiveEnumValuesAllowed(true)
                    .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                    .setOut(writer(terminal.out())).setErr(writer(terminal.err()))
                    .setParameterExceptionHandler((wrong, _) -> refuse(terminal, wrong))
                    .setExecutionExceptionHandler((failure, _, _) -> tell(terminal, failure)).execute(arguments);
        }
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    private static int refuse(Terminal terminal, ParameterException wrong) {
        terminal.note("offhook: " + Terminal.plain(wrong.getMessage()) + "; see "
                + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help");
        return CommandLine.ExitCode.USAGE;
    }

    private static int tell(Terminal terminal, Exception failure) throws Exception {
        if (failure instanceof CommandFailure answer) {
            terminal.note("offhook: " + answer.getMessage());
            return answer.exitCode();
        }
        throw failure;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command");
    }
}

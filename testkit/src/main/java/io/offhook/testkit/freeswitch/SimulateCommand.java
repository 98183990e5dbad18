package io.offhook.testkit.freeswitch;

import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * The simulated FreeSWITCH as a process of its own: {@code --port 8021 --bind 127.0.0.1 --rate 0.5 --password ClueCon --heartbeat 20}.
 * Prints one line per call; SIGINT and SIGTERM end it like {@code fsctl shutdown}.
 */
public final class SimulateCommand {
    private static final List<String> NAMES = List.of("--port", "--bind", "--rate", "--password", "--heartbeat",
            "--seed");

    private SimulateCommand() {}

    /**
     * @param switchOptions what the switch is to be
     * @param load          calls to place, null for none ({@code --rate 0})
     */
    record Settings(SwitchOptions switchOptions, CallLoad load) {}

    public static void main(String[] arguments) throws InterruptedException {
        try {
            run(parse(arguments), System.out);
        } catch (IllegalArgumentException | UncheckedIOException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    /**
     * @throws IllegalArgumentException with one line that names the option, its value and what is allowed
     */
    static Settings parse(String... arguments) {
        // Another seed each time: a new process must not repeat the uuids of the one before.
        SwitchOptions options = SwitchOptions.defaults().withPort(8021).withSwitchname("fs-sim")
                .withSeed(System.nanoTime());
        double rate = 0.5;
        for (int i = 0; i < arguments.length; i += 2) {
            String name = arguments[i];
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException("option: " + name + " (expected: " + String.join(", ", NAMES) + ")");
            }
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException(name + ": no value");
            }
            String value = arguments[i + 1];
            switch (name) {
                case "--port" -> options = options.withPort((int) number(name, value, 0, 65535, true));
                case "--bind" -> options = options.withBindAddress(value);
                case "--rate" -> rate = number(name, value, 0, 10_000, false);
                case "--password" -> options = options.withPassword(value);
                case "--heartbeat" ->
                    options = options
                            .withHeartbeat(Duration.ofMillis((long) (number(name, value, 0.1, 3600, false) * 1000)));
                default -> options = options.withSeed((long) number(name, value, 0, Integer.MAX_VALUE, true));
            }
        }
        return new Settings(options, rate == 0 ? null : CallLoad.ofRate(rate));
    }

    private static double number(String name, String value, double least, double most, boolean whole) {
        String allowed = (whole ? "whole number " : "") + text(least) + " to " + text(most);
        try {
            double number = Double.parseDouble(value);
            if (number >= least && number <= most && (!whole || number == Math.rint(number))) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The message below says what is allowed.
        }
        throw new IllegalArgumentException(name + ": " + value + " (expected: " + allowed + ")");
    }

    private static String text(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    private static void run(Settings settings, PrintStream out) throws InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(settings.switchOptions)) {
            Thread hook = new Thread(() -> {
                server.shutDown();
                out.println("stopped after " + server.placedCalls() + " calls");
                stopped.countDown();
            }, "shutdown");
            Runtime.getRuntime().addShutdownHook(hook);
            out.println(
                    "FreeSWITCH simulated on " + settings.switchOptions.bindAddress() + ":" + server.port() + ", core "
                            + server.coreUuid());
            if (settings.load != null) {
                server.generate(settings.load, plan -> out.println(line(plan)));
            }
            stopped.await();
        }
    }

    static String line(CallPlan plan) {
        return plan.kind() + " " + plan.caller() + " -> " + plan.dialled() + " @" + plan.tenant() + ", ring "
                + plan.ring().toMillis()
                + " ms, talk " + plan.talk().toMillis() + " ms";
    }
}

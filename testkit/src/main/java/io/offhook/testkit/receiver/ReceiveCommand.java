package io.offhook.testkit.receiver;

import java.io.PrintStream;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/**
 * Receives webhooks on a terminal: prints each as it arrives, a line about it and its body whole on the next. Paths
 * behave as {@link WebhookReceiver} says; all others answer 200.
 *
 * <p>Exit codes: 2 for wrong options, 1 when the port cannot be had, 130 after SIGINT.
 */
public final class ReceiveCommand {
    private static final String USAGE = "usage: receive [--port 9000] [--secret whsec_...]";

    private ReceiveCommand() {}

    /** @param arguments {@code --port} 1-65535, 9000 by default; {@code --secret} to check signatures with */
    public static void main(String[] arguments) {
        // Without a logging backend SLF4J would say so on the terminal; what matters is printed.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        Options options;
        try {
            options = Options.of(List.of(arguments));
        } catch (IllegalArgumentException e) {
            // The user's to mend: one line says how.
            System.err.println("receive: " + PrintableText.of(e.getMessage()) + "; " + USAGE);
            System.exit(2);
            return;
        }
        run(options, System.out);
    }

    private static void run(Options options, PrintStream out) {
        WebhookReceiver receiver;
        try {
            receiver = WebhookReceiver.builder().port(options.port()).detail(Ledger.Detail.COUNTS)
                    .otherwise(request -> Answer.ok()).listener(webhook -> print(webhook, options, out)).start();
        } catch (IllegalStateException e) {
            // Mostly a port that is taken: the message names it.
            System.err.println("receive: " + e.getMessage());
            System.exit(1);
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            receiver.close();
            out.println("received " + receiver.ledger().count() + " webhooks");
        }, "stop"));
        out.println(
                "receiving on " + receiver.url("/") + (options.signature() == null ? ", signatures not checked" : ""));
        awaitSignal();
    }

    private static void awaitSignal() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            // Nobody interrupts the main thread but to end it.
            Thread.currentThread().interrupt();
        }
    }

    private static void print(Received webhook, Options options, PrintStream out) {
        String verdict = options.signature() == null
                ? "not checked"
                : options.signature().check(webhook).name().toLowerCase(Locale.ROOT).replace('_', ' ');
        out.println(PrintableText.of(webhook.method() + " " + webhook.target() + " id=" + webhook.webhookId()
                + " attempt=" + webhook.attempt() + " signature=" + verdict + " -> " + webhook.answer()));
        out.println(PrintableText.of(webhook.bodyText()));
    }

    /** @param signature {@code null} when none is to be checked */
    private record Options(int port, WebhookSignature signature) {
        static Options of(List<String> arguments) {
            int port = 9000;
            WebhookSignature signature = null;
            for (Iterator<String> left = arguments.iterator(); left.hasNext();) {
                String option = left.next();
                if (!option.equals("--port") && !option.equals("--secret")) {
                    throw new IllegalArgumentException("unknown option " + option);
                }
                if (!left.hasNext()) {
                    throw new IllegalArgumentException(option + " needs a value");
                }
                if (option.equals("--port")) {
                    port = port(left.next());
                } else {
                    signature = new WebhookSignature(left.next());
                }
            }
            return new Options(port, signature);
        }

        private static int port(String text) {
            if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > 65_535) {
                throw new IllegalArgumentException("--port: '" + text + "' (expected: 1-65535)");
            }
            return Integer.parseInt(text);
        }
    }
}

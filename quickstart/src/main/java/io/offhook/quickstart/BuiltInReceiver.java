package io.offhook.quickstart;

import java.io.PrintStream;
import java.net.URI;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

import io.offhook.testkit.receiver.Answer;
import io.offhook.testkit.receiver.Ledger;
import io.offhook.testkit.receiver.PrintableText;
import io.offhook.testkit.receiver.Received;
import io.offhook.testkit.receiver.WebhookReceiver;
import io.offhook.testkit.receiver.WebhookSignature;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Answers every webhook with 200 and prints it: a line about it for people, then its body whole on one line. */
final class BuiltInReceiver implements AutoCloseable {

    static final String PATH = "/quickstart";

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS")
            .withZone(ZoneId.systemDefault());
    private static final JsonMapper JSON = new JsonMapper();

    private final WebhookSignature signature;
    private final PrintStream out;
    private final WebhookReceiver receiver;

    /**
     * Begins to listen on loopback.
     *
     * @param port 0 for a free one
     * @param secret to check signatures with
     */
    BuiltInReceiver(int port, String secret, PrintStream out) {
        this.signature = new WebhookSignature(secret);
        this.out = out;
        this.receiver = WebhookReceiver.builder().port(port).detail(Ledger.Detail.COUNTS)
                .otherwise(_ -> Answer.ok()).listener(this::print).start();
    }

    URI url() {
        return receiver.url(PATH);
    }

    private void print(Received webhook) {
        String body = webhook.bodyText();
        // One call, so that no other line comes between the two.
        out.println(PrintableText.of(headline(webhook, body)) + System.lineSeparator() + PrintableText.of(body));
    }

    private String headline(Received webhook, String body) {
        String verdict = signature.check(webhook).name().toLowerCase(Locale.ROOT).replace('_', ' ');
        String tries = webhook.attempt().equals("1") ? "" : ", attempt " + webhook.attempt();
        return TIME.format(webhook.arrivedAt()) + "  " + action(webhook) + "  " + parties(body) + "  "
                + webhook.header("ce-tenant").orElse("(no tenant)") + "  signature " + verdict + tries;
    }

    private static String action(Received webhook) {
        return webhook.header("ce-type").map(type -> type.substring(type.lastIndexOf('.') + 1)).orElse("request");
    }

    private static String parties(String body) {
        try {
            JsonNode event = JSON.readTree(body);
            return event.path("caller_id_number").asString("?") + " -> " + event.path("callee_number").asString("?");
        } catch (JacksonException e) {
            // Not one of ours: anybody on this machine can send something here. It is shown as it is.
            return "? -> ?";
        }
    }

    @Override
    public void close() {
        receiver.close();
    }
}

package io.offhook.testkit.receiver;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Pattern;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import io.offhook.testkit.process.FreePort;
import io.offhook.testkit.process.JavaCommand;
import io.offhook.testkit.process.JavaProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ReceiveCommandTest {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final byte[] SECRET = "twenty-four bytes or more".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    @Test
    void printsEachWebhookWithItsVerdictAndItsBodyOnOneLine() throws Exception {
        int port = FreePort.find();
        String secret = "whsec_" + Base64.getEncoder().encodeToString(SECRET);
        try (JavaProcess command = command("--port", String.valueOf(port), "--secret", secret).start();
                HttpClient client = HttpClient.newHttpClient()) {
            command.waitForLine(Pattern.compile("^receiving on http://127.0.0.1:" + port), LIMIT);
            String body = "{\"a\":\n\"\u001b[31mred\u202e\"}";
            post(client, port, body, body);
            post(client, port, body, "another body");

            assertThat(command.waitForLine(Pattern.compile("signature=verified"), LIMIT))
                    .isEqualTo("POST /any/path id=u1_answer attempt=2 signature=verified -> 200");
            command.waitForLine(Pattern.compile("signature=wrong"), LIMIT);
            assertThat(command.outputText()).contains("\n{\"a\":\\n\"\\u001b[31mred\\u202e\"}\n");

            assertThat(command.sigterm(LIMIT)).isEqualTo(143);
            assertThat(command.outputText()).endsWith("received 2 webhooks\n");
        }
    }

    @ParameterizedTest
    @CsvSource({"--port, 0, --port: '0' (expected: 1-65535)", "--port, x, --port: 'x' (expected: 1-65535)",
            "--secret, whsec_abcd, secret: 3 bytes (expected: 24-64)", "--secret, abc, secret: not whsec_ and base64",
            "--colour, red, unknown option --colour"})
    void aWrongOptionEndsWithOneLine(String option, String value, String message) {
        try (JavaProcess command = command(option, value).start()) {
            assertThat(command.waitForExit(LIMIT)).isEqualTo(2);
            assertThat(command.outputText()).startsWith("receive: " + message + "; usage: ").hasLineCount(1);
        }
    }

    @Test
    void aTakenPortEndsWithOneLine() {
        try (WebhookReceiver other = WebhookReceiver.start();
                JavaProcess command = command("--port", String.valueOf(other.port())).start()) {
            assertThat(command.waitForExit(LIMIT)).isEqualTo(1);
            assertThat(command.outputText()).startsWith("receive: cannot listen on 127.0.0.1:" + other.port())
                    .hasLineCount(1);
        }
    }

    private JavaCommand command(String... arguments) {
        return JavaCommand.mainClass(ReceiveCommand.class).arguments(arguments)
                .outputFile(directory.resolve("out.log"));
    }

    private static void post(HttpClient client, int port, String body, String signed) throws Exception {
        long now = Instant.now().getEpochSecond();
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
        byte[] digest = mac.doFinal(("u1_answer." + now + "." + signed).getBytes(StandardCharsets.UTF_8));
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/any/path"))
                .version(HttpClient.Version.HTTP_1_1).header("webhook-id", "u1_answer")
                .header("webhook-timestamp", String.valueOf(now)).header("offhook-attempt", "2")
                .header("webhook-signature", "v1,AAAA v1," + Base64.getEncoder().encodeToString(digest))
                .POST(HttpRequest.BodyPublishers.ofString(body)).build();
        assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }
}

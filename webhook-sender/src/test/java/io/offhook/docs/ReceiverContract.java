package io.offhook.docs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.offhook.model.CallEventMessage;
import io.offhook.sender.AttemptResult;
import io.offhook.sender.SigningSecret;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What each receiver in docs/receivers.md has to do with what Offhook's own sender signs. The program is run as it stands there. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ReceiverContract {

    static final Path RUNTIMES = Path.of("target/runtimes").toAbsolutePath();
    static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final String REMEMBERED = "100_000";
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int TOO_LARGE = 413;

    private final SigningSecret secret = SigningSecret.generate();
    private final ProductSender sender = new ProductSender();
    private Path directory;
    private RunningReceiver receiver;

    /** Puts the program into the directory and says how to run it. */
    abstract List<String> command(String program, Path directory) throws IOException, InterruptedException;

    /** Of its block in the guide. */
    abstract String language();

    @BeforeAll
    void start(@TempDir Path temporary) throws Exception {
        directory = temporary;
        receiver = run("guide", ReceiverGuide.program(language()), secret.reveal()).listening();
    }

    @AfterAll
    void stop() throws Exception {
        sender.close();
        receiver.close();
    }

    @Test
    void takesWhatOffhookSignsWhateverTheBodyHolds() {
        for (CallEventMessage event : List.of(ProductSender.event(),
                ProductSender.withBody("{\"b\" : 1.0,\n \"a\":\"\\u00fc\",\"a\":12345678901234567890}\n"),
                ProductSender.withBody("\uFEFF{\"Ελληνικά\":\"\u2028\"}"), ProductSender.withBody(""))) {
            assertThat(sender.send(receiver.url(), event, secret).statusCode()).isEqualTo(OK);
            assertThat(timesTaken(event)).isEqualTo(1);
        }
    }

    @Test
    void answersADuplicateLikeTheFirstAndTakesItOnce() {
        CallEventMessage event = ProductSender.event();
        for (int i = 0; i < 3; i++) {
            assertThat(sender.send(receiver.url(), event, secret).delivered()).isTrue();
        }
        assertThat(timesTaken(event)).isEqualTo(1);
    }

    @Test
    void takesAReplayOnceMoreButOnce() {
        CallEventMessage event = ProductSender.event();
        UUID replay = UUID.randomUUID();
        for (UUID of : new UUID[]{null, replay, replay, UUID.randomUUID(), null}) {
            assertThat(sender.send(receiver.url(), event, of, secret).delivered()).isTrue();
        }
        assertThat(timesTaken(event)).isEqualTo(3);
    }

    @Test
    void takesManyAtOnceEachOnce() {
        List<CallEventMessage> events = Stream.generate(ProductSender::event).limit(16).toList();
        var results = new ArrayList<CompletableFuture<AttemptResult>>();
        for (int i = 0; i < 3; i++) {
            events.forEach(event -> results.add(sender.start(receiver.url(), event, null, secret)));
        }
        assertThat(results).allSatisfy(result -> assertThat(result.join().statusCode()).isEqualTo(OK));
        assertThat(events).allSatisfy(event -> assertThat(timesTaken(event)).isEqualTo(1));
    }

    @Test
    void holdsOneSecretWhileTwoSign() {
        SigningSecret other = SigningSecret.generate();

        assertThat(sender.send(receiver.url(), ProductSender.event(), secret, other).statusCode()).isEqualTo(OK);
        assertThat(sender.send(receiver.url(), ProductSender.event(), other, secret).statusCode()).isEqualTo(OK);
    }

    @Test
    void refusesWhatAnotherSecretSigned() {
        CallEventMessage event = ProductSender.event();

        assertThat(sender.send(receiver.url(), event, SigningSecret.generate()).statusCode()).isEqualTo(UNAUTHORIZED);
        assertThat(timesTaken(event)).isZero();
        assertThat(sender.send(receiver.url(), event, secret).statusCode())
                .as("a refused one does not stand in the way of the true one").isEqualTo(OK);
    }

    @Test
    void refusesTimestampsMoreThanFiveMinutesAway() {
        for (Duration off : List.of(Duration.ofSeconds(-310), Duration.ofSeconds(310), Duration.ofDays(-400))) {
            try (var skewed = ProductSender.off(off)) {
                assertThat(skewed.send(receiver.url(), ProductSender.event(), secret).statusCode()).as("off by %s", off)
                        .isEqualTo(UNAUTHORIZED);
            }
        }
        for (Duration off : List.of(Duration.ofSeconds(-240), Duration.ofSeconds(240))) {
            try (var skewed = ProductSender.off(off)) {
                assertThat(skewed.send(receiver.url(), ProductSender.event(), secret).statusCode()).as("off by %s", off)
                        .isEqualTo(OK);
            }
        }
    }

    @Test
    void refusesWhatWasChangedOnTheWay() throws IOException {
        CallEventMessage event = ProductSender.event();
        SignedRequest signed = SignedRequest.by(sender, event, secret);
        byte[] changed = new String(signed.body(), StandardCharsets.UTF_8).replace("NORMAL", "NORMAl")
                .getBytes(StandardCharsets.UTF_8);
        String later = Long.toString(Long.parseLong(signed.headers().get("webhook-timestamp")) + 1);

        assertThat(signed.withBody(changed).post(receiver.url())).isEqualTo(UNAUTHORIZED);
        assertThat(signed.withBody(new byte[0]).post(receiver.url())).isEqualTo(UNAUTHORIZED);
        assertThat(signed.with("webhook-id", "another").post(receiver.url())).isEqualTo(UNAUTHORIZED);
        assertThat(signed.with("webhook-timestamp", later).post(receiver.url())).isEqualTo(UNAUTHORIZED);
        assertThat(timesTaken(event)).isZero();
        assertThat(signed.post(receiver.url())).as("unchanged").isEqualTo(OK);
    }

    @Test
    void refusesWhatIsNoSignature() throws IOException {
        SignedRequest signed = SignedRequest.by(sender, ProductSender.event(), secret);
        String signature = signed.headers().get("webhook-signature");

        for (String header : List.of("webhook-id", "webhook-timestamp", "webhook-signature")) {
            assertThat(signed.with(header, null).post(receiver.url())).as("without %s", header).isEqualTo(UNAUTHORIZED);
        }
        for (String timestamp : List.of("", "now", "-1", "1e9", "9".repeat(400), "12\u00b2")) {
            assertThat(signed.with("webhook-timestamp", timestamp).post(receiver.url())).as(timestamp)
                    .isEqualTo(UNAUTHORIZED);
        }
        for (String other : List.of("", " ", "v1", "v1,", "v1,\u00fc", signature.substring(3), "v1a" + signature,
                signature.replace("v1,", "v2,"), signature + "=", signature.replace(' ', ','))) {
            if (!other.equals(signature)) {
                assertThat(signed.with("webhook-signature", other).post(receiver.url())).as(other)
                        .isEqualTo(UNAUTHORIZED);
            }
        }
        assertThat(signed.with("webhook-signature", "v2,x  v1 " + signature).post(receiver.url()))
                .as("among signatures of other versions").isEqualTo(OK);
    }

    @Test
    void readsNoMoreThan64KiB() throws IOException {
        assertThat(sender.send(receiver.url(), ProductSender.withBody("x".repeat(65_536)), secret).statusCode())
                .isEqualTo(OK);
        SignedRequest signed = SignedRequest.by(sender, ProductSender.withBody("x".repeat(65_537)), secret);

        assertThat(signed.post(receiver.url())).isEqualTo(TOO_LARGE);
    }

    @Test
    void forgetsTheOldestOnly() throws Exception {
        String program = ReceiverGuide.program(language());
        assertThat(program).containsOnlyOnce(REMEMBERED);
        List<CallEventMessage> events = Stream.generate(ProductSender::event).limit(4).toList();

        try (RunningReceiver small = run("small", program.replace(REMEMBERED, "3"), secret.reveal()).listening()) {
            events.forEach(event -> sender.send(small.url(), event, secret));
            events.reversed().forEach(event -> sender.send(small.url(), event, secret));

            assertThat(small.taken()).containsExactly(id(events.get(0)), id(events.get(1)), id(events.get(2)),
                    id(events.get(3)), id(events.get(0)));
        }
    }

    @Test
    void doesNotStartWithoutASecret() throws Exception {
        try (RunningReceiver refusing = run("refusing", ReceiverGuide.program(language()), "whsec_")) {
            assertThat(refusing.exitCode()).isNotZero();
            assertThat(refusing.output()).contains("WEBHOOK_SECRET");
        }
    }

    private RunningReceiver run(String name, String program, String secretText) throws Exception {
        Path own = Files.createDirectories(directory.resolve(name));
        return RunningReceiver.start(command(program, own), own, secretText);
    }

    private long timesTaken(CallEventMessage event) {
        return receiver.taken().stream().filter(id(event)::equals).count();
    }

    private static String id(CallEventMessage event) {
        return event.id().value();
    }
}

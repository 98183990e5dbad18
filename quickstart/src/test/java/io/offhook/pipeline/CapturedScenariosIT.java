package io.offhook.pipeline;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;

import io.offhook.testkit.freeswitch.ExpectedCall;
import io.offhook.testkit.freeswitch.PlayOptions;
import io.offhook.testkit.freeswitch.SimulatedFreeSwitch;
import io.offhook.testkit.freeswitch.SwitchOptions;
import io.offhook.testkit.receiver.Received;
import io.offhook.testkit.receiver.WebhookReceiver;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Real FreeSWITCH traffic in at one end, webhooks out at the other, byte for byte what the scenario's written truth asks for. */
class CapturedScenariosIT {

    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'.000+00:00'")
            .withZone(ZoneOffset.UTC);

    @TempDir
    private static Path directory;
    private static Pipeline pipeline;
    private static SimulatedFreeSwitch freeSwitch;
    private static WebhookReceiver receiver;

    static List<String> captures() {
        return ExpectedCall.unbrokenCaptures();
    }

    @BeforeAll
    static void start() throws Exception {
        receiver = WebhookReceiver.start();
        freeSwitch = SimulatedFreeSwitch.start(SwitchOptions.defaults());
        pipeline = Pipeline.start(directory, Map.of());
        pipeline.register("{\"url\":\"" + receiver.url("/ok") + "\"}");
        pipeline.startDispatcher();
        pipeline.startIngestor("fs1=127.0.0.1:" + freeSwitch.port());
    }

    @AfterAll
    static void stop() throws Exception {
        pipeline.close();
        freeSwitch.close();
        receiver.close();
    }

    @ParameterizedTest
    @MethodSource("captures")
    void yieldsExactlyItsWebhooksInOrderPerLeg(String capture) throws Exception {
        Map<String, List<ExpectedCall>> truth = ExpectedCall.of(capture);
        assertThat(freeSwitch.play(capture, PlayOptions.fast().withEveryFrame(true))
                .await(Pipeline.PATIENCE))
                .isTrue();
        int expected = truth.values().stream().mapToInt(List::size).sum();
        receiver.ledger().await(ledger -> ledger.where(r -> truth.containsKey(r.leg())).size() >= expected,
                Pipeline.PATIENCE);
        Map<String, List<Received>> byLeg = receiver.ledger().firstAcceptedByLeg("/ok");
        truth.forEach((leg, calls) -> assertThat(byLeg.get(leg).stream().map(Received::bodyText)).as(leg)
                .containsExactlyElementsOf(calls.stream().map(CapturedScenariosIT::body).toList()));
        assertThat(receiver.ledger().duplicates()).isEmpty();
    }

    /** The body as the contract spells it, written here a second time on purpose. */
    private static String body(ExpectedCall call) {
        String head = "{\"uuid\":\"" + call.uuid() + "\",\"callee_number\":" + text(call.calleeNumber())
                + ",\"caller_id_number\":"
                + text(call.callerIdNumber()) + ",\"ani\":" + text(call.ani()) + ",\"direction\":\"" + call.direction()
                + "\",";
        return head + switch (call.action()) {
            case "originate" -> time("call_start", call.startedMicros());
            case "answer" -> time("answer_start", call.answeredMicros());
            default -> time("call_start", call.startedMicros()) + time("answer_start", call.answeredMicros())
                    + time("call_end", call.atMicros()) + "\"duration_sec\":"
                    + (call.answeredMicros() == 0
                            ? 0
                            : Math.max(0, call.atMicros() - call.answeredMicros()) / 1_000_000)
                    + ",\"hangup_cause\":" + text(call.hangupCause()) + ",";
        } + "\"action\":\"" + call.action() + "\"}";
    }

    private static String time(String key, long micros) {
        if (micros == 0) {
            return "\"" + key + "\":null,\"" + key + "_uepoch\":null,";
        }
        return "\"" + key + "\":\"" + SECOND.format(Instant.ofEpochSecond(micros / 1_000_000)) + "\",\"" + key
                + "_uepoch\":" + micros
                + ",";
    }

    private static String text(String value) {
        return value.isEmpty() ? "null" : "\"" + value + "\"";
    }
}

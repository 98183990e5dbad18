package io.offhook.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.offhook.testkit.freeswitch.CallKind;
import io.offhook.testkit.freeswitch.CallPlan;
import io.offhook.testkit.freeswitch.PlacedCall;
import io.offhook.testkit.freeswitch.SimulatedFreeSwitch;
import io.offhook.testkit.process.JavaProcess;
import io.offhook.testkit.receiver.Received;
import io.offhook.testkit.receiver.WebhookReceiver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The ingestor dies without a word while calls are up and is started again: each leg goes on as the leg it was. */
class IngestorKilledIT {

    @TempDir
    private Path directory;

    @Test
    void legsThatWereUpEndWithOneHangupAndNothingIsSaidTwice() throws Exception {
        try (var receiver = WebhookReceiver.start();
                var freeSwitch = SimulatedFreeSwitch.start();
                var pipeline = Pipeline.start(directory, Map.of())) {
            pipeline.register("{\"url\":\"" + receiver.url("/ok") + "\"}");
            pipeline.startDispatcher();
            String node = "fs1=127.0.0.1:" + freeSwitch.port();
            JavaProcess ingestor = pipeline.startIngestor(node);
            await().atMost(Pipeline.PATIENCE).until(() -> freeSwitch.subscribers() == 1);
            List<PlacedCall> calls = IntStream.range(0, 10)
                    .mapToObj(i -> freeSwitch.placeCall(
                            CallPlan.of(i % 2 == 0 ? CallKind.BRIDGED : CallKind.DID).withRing(CallPlan.UNTIL_TOLD)
                                    .withTalk(CallPlan.UNTIL_TOLD)))
                    .toList();
            calls.subList(0, 5).forEach(PlacedCall::answer);
            receiver.ledger().await(ledger -> ledger.acceptedCount() >= 10 * 2 + 5 * 2, Pipeline.PATIENCE);

            ingestor.sigkill();
            await().atMost(Pipeline.PATIENCE).until(() -> freeSwitch.subscribers() == 0);
            pipeline.startIngestor(node);
            await().atMost(Pipeline.PATIENCE).until(() -> freeSwitch.subscribers() == 1);
            calls.subList(5, 10).forEach(PlacedCall::answer);
            calls.forEach(call -> await().atMost(Pipeline.PATIENCE)
                    .until(() -> call.legs().stream().allMatch(leg -> leg.answered())));
            calls.forEach(PlacedCall::hangUp);

            receiver.ledger().await(ledger -> ledger.acceptedCount() >= 10 * 2 * 3, Pipeline.PATIENCE);
            Map<String, List<Received>> byLeg = receiver.ledger().firstAcceptedByLeg("/ok");
            assertThat(byLeg).hasSize(20);
            byLeg.forEach((leg, received) -> assertThat(received.stream().map(Received::action)).as(leg)
                    .containsExactly("originate",
                            "answer", "hangup"));
            assertThat(receiver.ledger().all()).noneMatch(received -> received.header("ce-reconciled").isPresent());
            assertThat(receiver.ledger().duplicates()).isEmpty();
        }
    }
}

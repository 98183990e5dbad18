package io.offhook.pipeline;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.offhook.testkit.freeswitch.CallLoad;
import io.offhook.testkit.freeswitch.LegTruth;
import io.offhook.testkit.freeswitch.SimulatedFreeSwitch;
import io.offhook.testkit.process.JavaProcess;
import io.offhook.testkit.receiver.Received;
import io.offhook.testkit.receiver.WebhookReceiver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Two dispatchers share the work, one dies without a word under load: the receivers miss nothing. */
class DispatcherKilledIT {

    private static final List<String> LIFE = List.of("originate", "answer", "hangup");

    @TempDir
    private Path directory;

    @Test
    void theReceiversHaveEveryEventInOrderPerLeg() throws Exception {
        try (var receiver = WebhookReceiver.start();
                var freeSwitch = SimulatedFreeSwitch.start();
                var pipeline = Pipeline.start(directory, Map.of())) {
            pipeline.register("{\"url\":\"" + receiver.url("/ok/fast") + "\"}");
            pipeline.register("{\"url\":\"" + receiver.url("/delay/30") + "\",\"name\":\"slow\"}");
            JavaProcess first = pipeline.startDispatcher();
            JavaProcess second = pipeline.startDispatcher();
            JavaProcess ingestor = pipeline.startIngestor("fs1=127.0.0.1:" + freeSwitch.port());
            await().atMost(Pipeline.PATIENCE).until(() -> freeSwitch.subscribers() == 1);
            freeSwitch.generate(CallLoad.ofRate(25).withRing(Duration.ofMillis(100), Duration.ofMillis(500))
                    .withTalk(Duration.ofMillis(200), Duration.ofSeconds(2)));
            await().atMost(Pipeline.PATIENCE).until(() -> freeSwitch.placedCalls() >= 120);
            first.sigkill();
            await().atMost(Pipeline.PATIENCE).until(() -> freeSwitch.placedCalls() >= 250);
            freeSwitch.stopGenerating();
            assertThat(freeSwitch.awaitNoCalls(Pipeline.PATIENCE)).isTrue();

            List<LegTruth> legs = freeSwitch.ledger().legs();
            Set<String> owed = new HashSet<>();
            legs.forEach(leg -> {
                owed.add(leg.uuid() + "_originate");
                owed.add(leg.uuid() + "_hangup");
                if (leg.answered()) {
                    owed.add(leg.uuid() + "_answer");
                }
            });
            for (String path : List.of("/ok/fast", "/delay/30")) {
                receiver.ledger()
                        .await(ledger -> ledger.byPath(path).stream().filter(Received::accepted)
                                .map(Received::webhookId)
                                .distinct().count() >= owed.size(), Pipeline.PATIENCE);
                assertThat(receiver.ledger().byPath(path).stream().map(Received::webhookId).distinct())
                        .containsExactlyInAnyOrderElementsOf(owed);
                receiver.ledger().firstAcceptedByLeg(path).forEach((leg, received) -> assertThat(
                        received.stream().map(Received::action)).as(path + " " + leg)
                        .isSortedAccordingTo(Comparator.comparing(LIFE::indexOf)));
            }
            assertThat(ingestor.sigterm(Pipeline.PATIENCE)).isZero();
            assertThat(second.sigterm(Pipeline.PATIENCE)).isZero();
        }
    }
}

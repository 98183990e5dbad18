package io.offhook.pipeline;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.offhook.testkit.freeswitch.CallLoad;
import io.offhook.testkit.freeswitch.SimulatedFreeSwitch;
import io.offhook.testkit.process.JavaProcess;
import io.offhook.testkit.receiver.Received;
import io.offhook.testkit.receiver.WebhookReceiver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Two ingestors listen to one node and are replaced one after the other under load: the receiver misses nothing and gets nothing twice. */
class RollingUpgradeIT {

    private static final int CALLS_BETWEEN = 40;

    @TempDir
    private Path directory;

    @Test
    void ofBothIngestorsUnderLoadLosesNothingAndDoublesNothing() throws Exception {
        try (var receiver = WebhookReceiver.start();
                var freeSwitch = SimulatedFreeSwitch.start();
                var pipeline = Pipeline.start(directory, Map.of())) {
            pipeline.register("{\"url\":\"" + receiver.url("/ok") + "\"}");
            pipeline.startDispatcher();
            String node = "fs1=127.0.0.1:" + freeSwitch.port();
            List<JavaProcess> old = List.of(pipeline.startIngestor(node), pipeline.startIngestor(node));
            await().atMost(Pipeline.PATIENCE).until(() -> freeSwitch.subscribers() == 2);
            freeSwitch.generate(CallLoad.ofRate(20).withRing(Duration.ofMillis(50), Duration.ofMillis(400))
                    .withTalk(Duration.ofMillis(200), Duration.ofSeconds(4)));
            awaitCalls(freeSwitch);

            for (JavaProcess ingestor : old) {
                assertThat(ingestor.sigterm(Pipeline.PATIENCE)).isZero();
                awaitCalls(freeSwitch);
                pipeline.startIngestor(node);
                await().atMost(Pipeline.PATIENCE).until(() -> freeSwitch.subscribers() == 2);
                awaitCalls(freeSwitch);
            }
            freeSwitch.stopGenerating();
            assertThat(freeSwitch.awaitNoCalls(Pipeline.PATIENCE)).isTrue();

            Set<String> owed = new HashSet<>();
            freeSwitch.ledger().legs().forEach(leg -> {
                owed.add(leg.uuid() + "_originate");
                owed.add(leg.uuid() + "_hangup");
                if (leg.answered()) {
                    owed.add(leg.uuid() + "_answer");
                }
            });
            receiver.ledger().await(ledger -> accepted(ledger.all()).containsAll(owed), Pipeline.PATIENCE);
            assertThat(accepted(receiver.ledger().all())).isEqualTo(owed);
            assertThat(receiver.ledger().duplicates()).isEmpty();
            assertThat(receiver.ledger().all()).noneMatch(received -> received.header("ce-reconciled").isPresent());
        }
    }

    private static void awaitCalls(SimulatedFreeSwitch freeSwitch) {
        long enough = freeSwitch.placedCalls() + CALLS_BETWEEN;
        await().atMost(Pipeline.PATIENCE).until(() -> freeSwitch.placedCalls() >= enough);
    }

    private static Set<String> accepted(List<Received> all) {
        var ids = new HashSet<String>();
        all.stream().filter(Received::accepted).map(Received::webhookId).forEach(ids::add);
        return ids;
    }
}

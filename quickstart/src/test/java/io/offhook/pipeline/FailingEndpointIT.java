package io.offhook.pipeline;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

import io.offhook.testkit.freeswitch.CallLoad;
import io.offhook.testkit.freeswitch.LegTruth;
import io.offhook.testkit.freeswitch.SimulatedFreeSwitch;
import io.offhook.testkit.receiver.Answer;
import io.offhook.testkit.receiver.Received;
import io.offhook.testkit.receiver.WebhookReceiver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** An endpoint fails, everything is killed and started again, the endpoint recovers: nothing is lost, each leg is in order, and all can be replayed. */
class FailingEndpointIT {

    private static final List<String> LIFE = List.of("originate", "answer", "hangup");

    @TempDir
    private Path directory;

    @Test
    void failedWebhooksAreKeptResentByTheScheduleAndArriveInOrder() throws Exception {
        var well = new AtomicBoolean();
        // Of the topic's time, which is its broker's: here the same clock, to the millisecond.
        Instant begin = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        try (var receiver = WebhookReceiver.start();
                var freeSwitch = SimulatedFreeSwitch.start();
                var pipeline = Pipeline.start(directory, Map.of())) {
            receiver.on("/crm", _ -> well.get() ? Answer.ok() : Answer.status(503));
            // What the killed dispatcher has claimed is free after three times these and 10 s.
            String id = pipeline.register("{\"url\":\"" + receiver.url("/crm") + "\",\"name\":\"CRM\","
                    + "\"connection_timeout_sec\":1,\"request_timeout_sec\":2}");
            pipeline.startDispatcher();
            pipeline.startIngestor("fs1=127.0.0.1:" + freeSwitch.port());
            await().atMost(Pipeline.PATIENCE).until(() -> freeSwitch.subscribers() == 1);
            freeSwitch.generate(CallLoad.ofRate(10).withRing(Duration.ofMillis(50), Duration.ofMillis(300))
                    .withTalk(Duration.ofMillis(50), Duration.ofMillis(500)));
            await().atMost(Pipeline.PATIENCE).until(() -> freeSwitch.placedCalls() >= 20);
            freeSwitch.stopGenerating();
            assertThat(freeSwitch.awaitNoCalls(Pipeline.PATIENCE)).isTrue();
            List<LegTruth> legs = freeSwitch.ledger().legs();
            int events = legs.stream().mapToInt(leg -> leg.answered() ? 3 : 2).sum();

            await().atMost(Pipeline.PATIENCE)
                    .untilAsserted(() -> assertThat(pipeline.failedWebhooks("status=pending")).hasSize(events)
                            .allMatch(row -> row.get("endpoint_id").asString().equals(id)));
            // At least one has been tried again: the schedule runs while the endpoint is down.
            receiver.ledger().await(ledger -> ledger.where(r -> !r.attempt().equals("1")).size() >= 3,
                    Pipeline.PATIENCE);

            pipeline.killServices();
            pipeline.stopStores();
            well.set(true);
            pipeline.startStores();
            pipeline.startApi();
            pipeline.startDispatcher();
            receiver.ledger().awaitAccepted(events, Pipeline.PATIENCE);
            await().atMost(Pipeline.PATIENCE).untilAsserted(() -> {
                assertThat(pipeline.failedWebhooks("status=pending")).isEmpty();
                assertThat(pipeline.failedWebhooks("status=delivered")).hasSize(events);
            });

            Map<String, List<Received>> byLeg = receiver.ledger().firstAcceptedByLeg("/crm");
            assertThat(byLeg.keySet()).containsExactlyInAnyOrderElementsOf(legs.stream().map(LegTruth::uuid).toList());
            byLeg.forEach((leg, received) -> assertThat(received.stream().map(Received::action)).as(leg)
                    .isSortedAccordingTo(Comparator.comparing(LIFE::indexOf)));

            String replay = pipeline.replay("{\"endpoint_id\":\"" + id + "\",\"from\":\"" + begin + "\"}");
            await().atMost(Pipeline.PATIENCE)
                    .untilAsserted(() -> assertThat(pipeline.replayNow(replay).get("status").asString())
                            .isEqualTo("completed"));
            assertThat(pipeline.replayNow(replay).get("matched").asInt()).isEqualTo(events);
            receiver.ledger().await(
                    ledger -> ledger.where(r -> r.accepted() && replay.equals(r.replayId())).size() >= events,
                    Pipeline.PATIENCE);
        }
    }
}

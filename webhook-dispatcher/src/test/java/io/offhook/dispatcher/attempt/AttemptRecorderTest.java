package io.offhook.dispatcher.attempt;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.offhook.dispatcher.CallEvents;
import io.offhook.dispatcher.SharedServers;
import io.offhook.dispatcher.endpoint.RegisteredEndpoint;
import io.offhook.dispatcher.endpoint.SampleEndpoints;
import io.offhook.model.CallAction;
import io.offhook.sender.AttemptResult;
import io.offhook.sender.Outcome;
import io.offhook.testkit.kafka.EmbeddedKafka;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@ExtendWith(SharedServers.class)
class AttemptRecorderTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** Of the largest excerpt, as heap: {@code AttemptRecorder} counts two bytes a character. */
    private static final int QUEUE_OF_TWO = 2 * (2 * 16 * 1024 + 1024);

    private final EmbeddedKafka kafka;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final RegisteredEndpoint endpoint = SampleEndpoints.of(AttemptRecords.ENDPOINT, "a.example");

    AttemptRecorderTest(EmbeddedKafka kafka) {
        this.kafka = kafka;
    }

    @Test
    void whatTheBrokerDoesNotTakeInTimeIsDroppedAndCountedAndTheRestArrives() throws Exception {
        String topic = "attempts-" + UUID.randomUUID();
        try (var admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            // One broker is not enough for this topic, so the producer's buffer fills, and then the queue.
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(Map.of("min.insync.replicas", "2"))))
                    .all().get();
            Map<String, Object> client = new HashMap<>(Map.of("bootstrap.servers", kafka.bootstrapServers(),
                    "buffer.memory", 65_536, "batch.size", 16_384));
            var settings = new AttemptSettings(Duration.ofDays(30), 3, QUEUE_OF_TWO, 1000, Duration.ZERO);
            int offered = 0;
            try (var recorder = new AttemptRecorder(topic, client, settings, meters)) {
                // It takes some at its own pace; in the end the producer blocks, and two wait behind the one in its hand.
                long deadline = System.nanoTime() + LIMIT.toNanos();
                while (waiting() < QUEUE_OF_TWO || dropped() < 5) {
                    assertThat(System.nanoTime()).as("drops in time").isLessThan(deadline);
                    attempt(recorder, fullExcerpt());
                    offered++;
                }
                assertThat(waiting()).isLessThanOrEqualTo(QUEUE_OF_TWO);

                enough(admin, topic);
                int all = offered;
                await().atMost(LIMIT).until(() -> waiting() == 0 && end(admin, topic) + (long) dropped() == all);
            }
            assertThat(end(admin, topic)).isPositive();
        }
    }

    private void attempt(AttemptRecorder recorder, AttemptResult result) {
        recorder.attempted(CallEvents.of("leg", CallAction.HANGUP), 1, Optional.empty(), endpoint, result);
    }

    private double waiting() {
        return meters.get("offhook.dispatcher.attempts.waiting").gauge().value();
    }

    private double dropped() {
        return meters.get("offhook.dispatcher.attempts.dropped").counter().count();
    }

    /** Of chance, so that it stays as large when compressed. */
    private static AttemptResult fullExcerpt() {
        var text = new StringBuilder();
        new Random(1).ints(16 * 1024, 33, 126).forEach(text::appendCodePoint);
        return new AttemptResult(Outcome.DELIVERED, 200, null, null, Duration.ZERO, text.toString(), null,
                Optional.empty(), Instant.EPOCH);
    }

    private static void enough(Admin admin, String topic) throws Exception {
        admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic),
                List.of(new AlterConfigOp(new ConfigEntry("min.insync.replicas", "1"), AlterConfigOp.OpType.SET))))
                .all().get();
    }

    private static long end(Admin admin, String topic) throws Exception {
        var partition = new TopicPartition(topic, 0);
        return admin.listOffsets(Map.of(partition, OffsetSpec.latest())).partitionResult(partition).get().offset();
    }
}

package io.offhook.dispatcher.attempt;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
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
import io.offhook.testkit.kafka.TestTopics;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@ExtendWith(SharedServers.class)
class AttemptRecorderTest {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    /** Of the largest excerpt, as heap: {@code AttemptRecorder} counts two bytes a character. */
    private static final int QUEUE_OF_TWO = 2 * (2 * 16 * 1024 + 1024);

    private final EmbeddedKafka kafka;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final RegisteredEndpoint endpoint = SampleEndpoints.of(AttemptRecords.ENDPOINT, "a.example");

    AttemptRecorderTest(EmbeddedKafka kafka) {
        this.kafka = kafka;
    }

    @AfterEach
    void startAgain() {
        if (!kafka.isRunning()) {
            kafka.start();
        }
    }

    @Test
    void whatDoesNotFitWhileKafkaIsAwayIsDroppedAndCountedAndTheRestArrives() throws Exception {
        String topic = "attempts-" + UUID.randomUUID();
        Map<String, Object> client = Map.of("bootstrap.servers", kafka.bootstrapServers());
        TestTopics.make(kafka.bootstrapServers(), new NewTopic(topic, 1, (short) 1));
        kafka.stop();
        var settings = new AttemptSettings(Duration.ofDays(30), 3, QUEUE_OF_TWO, 1000, Duration.ZERO);
        try (var recorder = new AttemptRecorder(topic, new HashMap<>(client), settings, meters)) {
            AttemptResult full = fullExcerpt();
            attempt(recorder, full);
            await().atMost(LIMIT).until(() -> waiting() == 0);
            // The thread has that one in its hand and waits for the broker; two fit behind it.
            for (int i = 0; i < 7; i++) {
                attempt(recorder, full);
            }
            assertThat(waiting()).isEqualTo(QUEUE_OF_TWO);
            assertThat(dropped()).isEqualTo(5);

            kafka.start();
            try (var admin = Admin.create(client)) {
                await().atMost(LIMIT).until(() -> end(admin, topic) == 3);
            }
            assertThat(waiting()).isZero();
            assertThat(dropped()).isEqualTo(5);
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

    private static AttemptResult fullExcerpt() {
        return new AttemptResult(Outcome.DELIVERED, 200, null, null, Duration.ZERO, "x".repeat(16 * 1024), null,
                Optional.empty(), Instant.EPOCH);
    }

    private static long end(Admin admin, String topic) throws Exception {
        var partition = new TopicPartition(topic, 0);
        return admin.listOffsets(Map.of(partition, OffsetSpec.latest())).partitionResult(partition).get().offset();
    }
}

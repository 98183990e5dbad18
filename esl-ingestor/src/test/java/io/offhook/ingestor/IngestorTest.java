package io.offhook.ingestor;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.model.CallEventMessage;
import io.offhook.runtime.ServiceLauncher;
import io.offhook.testkit.freeswitch.CallLoad;
import io.offhook.testkit.freeswitch.CutMode;
import io.offhook.testkit.freeswitch.LegTruth;
import io.offhook.testkit.freeswitch.SimulatedFreeSwitch;
import io.offhook.testkit.freeswitch.SwitchOptions;
import io.offhook.testkit.kafka.EmbeddedKafka;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The running ingestor between a simulated FreeSWITCH and a real broker. */
class IngestorTest {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static EmbeddedKafka kafka;

    @TempDir
    private static Path logs;

    private final String prefix = "t" + UUID.randomUUID().toString().substring(0, 8) + ".";
    private ConfigurableApplicationContext ingestor;

    @BeforeAll
    static void startKafka() throws Exception {
        kafka = EmbeddedKafka.temporary();
        kafka.start();
    }

    @AfterAll
    static void stopKafka() throws Exception {
        kafka.close();
    }

    @AfterEach
    void stopIngestor() {
        if (ingestor != null) {
            ingestor.close();
        }
    }

    @Test
    void publishesEveryLegOfTwoNodesAsItHappened() throws Exception {
        try (var one = SimulatedFreeSwitch.start(SwitchOptions.defaults().withSeed(1));
                var two = SimulatedFreeSwitch.start(SwitchOptions.defaults().withSeed(2))) {
            start("fs1=127.0.0.1:" + one.port() + ",fs2=127.0.0.1:" + two.port(), Map.of());
            await().atMost(PATIENCE).until(() -> one.subscribers() + two.subscribers() == 2);
            for (SimulatedFreeSwitch node : List.of(one, two)) {
                node.faults().splitWrites(7, 900);
                node.generate(CallLoad.ofRate(30).withRing(Duration.ofMillis(20), Duration.ofMillis(200))
                        .withTalk(Duration.ofMillis(50), Duration.ofMillis(500)));
            }
            await().atMost(PATIENCE).until(() -> one.placedCalls() + two.placedCalls() >= 120);
            one.stopGenerating();
            two.stopGenerating();
            assertThat(one.awaitNoCalls(PATIENCE) && two.awaitNoCalls(PATIENCE)).isTrue();

            List<LegTruth> truth = Stream.concat(one.ledger().legs().stream(), two.ledger().legs().stream()).toList();
            int expected = truth.stream().mapToInt(leg -> leg.answered() ? 3 : 2).sum();
            try (var topic = reader()) {
                List<CallEventMessage> events = topic.readUntil(found -> found.size() >= expected);
                assertThat(events).extracting(CallEventMessage::id).doesNotHaveDuplicates().hasSize(expected);
                Map<String, List<CallEventMessage>> byLeg = events.stream()
                        .collect(Collectors.groupingBy(CallEventMessage::uuid));
                truth.forEach(leg -> matches(byLeg.get(leg.uuid()), leg));
                assertThat(events).extracting(e -> e.attributes().get("source")).containsOnly("/freeswitch/fs1",
                        "/freeswitch/fs2");
                assertThat(events).noneMatch(CallEventMessage::reconciled);
            }
        }
    }

    @Test
    void connectsAgainAfterACutAndASwitchThatComesBackAsAnotherCore() throws Exception {
        try (var node = SimulatedFreeSwitch.start()) {
            start("fs1=127.0.0.1:" + node.port(), Map.of());
            await().atMost(PATIENCE).until(() -> live() == 1);
            node.faults().cut(CutMode.values()[0]);
            await().atMost(PATIENCE).until(() -> gaps() == 1 && live() == 1);
            node.crash();
            await().atMost(PATIENCE).until(() -> gaps() == 2 && live() == 1);
            node.generate(CallLoad.ofRate(20).withRing(Duration.ofMillis(10), Duration.ofMillis(20)).withTalk(
                    Duration.ofMillis(10),
                    Duration.ofMillis(20)));
            try (var topic = reader()) {
                topic.readUntil(found -> found.stream().anyMatch(e -> e.id().value().endsWith("_hangup")));
            }
        }
    }

    @Test
    void aWrongPasswordIsSaidOnceAndOtherNodesGoOn() throws Exception {
        try (var open = SimulatedFreeSwitch.start();
                var locked = SimulatedFreeSwitch.start(SwitchOptions.defaults().withPassword("other"))) {
            start("fs1=127.0.0.1:" + open.port() + ",fs2=127.0.0.1:" + locked.port()
                    + ",fs3=127.0.0.1:1,fs4=no-such-host.invalid",
                    Map.of("offhook.ingestor.refused-backoff", "100ms", "offhook.ingestor.backoff-max", "100ms"));
            await().atMost(PATIENCE).until(() -> live() == 1);
            Path log = Files.list(logs.resolve(prefix)).findFirst().orElseThrow();
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(Files.readString(log, StandardCharsets.UTF_8))
                    .contains("node fs2 (127.0.0.1:" + locked.port()
                            + "): FreeSWITCH refuses the event socket's password: -ERR invalid")
                    .contains("node fs3").contains("unknown host no-such-host.invalid"));
            assertThat(Files.readString(log, StandardCharsets.UTF_8).split("FreeSWITCH refuses", -1)).hasSize(2);
        }
    }

    @Test
    void waitsForABrokerThatComesLater() throws Exception {
        try (var late = EmbeddedKafka.temporary(); var node = SimulatedFreeSwitch.start()) {
            late.start();
            String servers = late.bootstrapServers();
            late.stop();
            start("fs1=127.0.0.1:" + node.port(), Map.of("spring.kafka.bootstrap-servers", servers));
            assertThat(live()).isZero();
            late.start();
            await().atMost(PATIENCE).until(() -> live() == 1);
        }
    }

    private void start(String nodes, Map<String, Object> more) {
        Map<String, Object> properties = new HashMap<>(Map.of("server.port", "0", "spring.kafka.bootstrap-servers",
                kafka.bootstrapServers(), "offhook.topic.prefix", prefix, "offhook.topic.partitions", "6",
                "offhook.freeswitch.nodes",
                nodes, "offhook.log.dir", logs.resolve(prefix).toString(), "offhook.spool.dir",
                logs.resolve("spool").toString()));
        properties.putAll(more);
        ingestor = new ServiceLauncher(IngestorApplication.NAME, IngestorApplication.class).start(properties);
    }

    private TopicReader reader() {
        return new TopicReader(kafka.bootstrapServers(), prefix + "call.events");
    }

    private long live() {
        return meters().find("offhook.ingestor.node.up").gauges().stream().filter(gauge -> gauge.value() == 1).count();
    }

    private long gaps() {
        return (long) meters().find("offhook.ingestor.gaps").counters().stream().mapToDouble(counter -> counter.count())
                .sum();
    }

    private MeterRegistry meters() {
        return ingestor.getBean(MeterRegistry.class);
    }

    private static void matches(List<CallEventMessage> events, LegTruth leg) {
        assertThat(events).as("leg %s", leg.uuid()).isNotNull();
        List<String> bodies = events.stream().map(event -> new String(event.body(), StandardCharsets.UTF_8)).toList();
        assertThat(events).extracting(event -> event.action().wireName())
                .containsExactlyElementsOf(
                        leg.answered() ? List.of("originate", "answer", "hangup") : List.of("originate", "hangup"));
        assertThat(bodies).allMatch(body -> body.contains("\"callee_number\":\"" + leg.callee() + "\"")
                && body.contains("\"caller_id_number\":\"" + leg.callerId() + "\"")
                && body.contains("\"direction\":\"" + leg.direction() + "\""));
        assertThat(bodies.getFirst()).contains("\"call_start_uepoch\":" + leg.createdMicros());
        assertThat(bodies.getLast()).contains("\"call_end_uepoch\":" + leg.hangupMicros())
                .contains("\"hangup_cause\":\"" + leg.hangupCause() + "\"");
        assertThat(events).allMatch(event -> event.attributes().get("callid").equals(leg.callUuid()));
        // A DID call's tenant is learnt from the leg that it creates, within the hold.
        Set<String> tenants = events.stream().flatMap(event -> event.tenant().stream()).collect(Collectors.toSet());
        assertThat(tenants).isSubsetOf(leg.tenant());
        assertThat(events).as("tenant of %s %s", leg.kind(), leg.uuid())
                .allMatch(event -> event.tenant().isPresent() || !leg.tenantKnown());
    }
}

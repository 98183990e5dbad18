package io.offhook.dispatcher;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import io.offhook.testkit.kafka.EmbeddedKafka;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import io.offhook.testkit.receiver.Answer;
import io.offhook.testkit.receiver.Received;
import io.offhook.testkit.receiver.WebhookSignature;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Events that can be delivered at once. Each test has a tenant of its own, so that none sees another's events. */
@ExtendWith(SharedServers.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeliveryTest {

    private static final CallDirection OUT = CallDirection.OUTBOUND;

    @AutoClose
    private final Site site;
    @AutoClose
    private RunningDispatcher dispatcher;

    DeliveryTest(EmbeddedKafka kafka, EmbeddedPostgresServer postgres) {
        site = new Site(kafka, postgres, "delivery");
    }

    @BeforeAll
    void start() {
        dispatcher = site.dispatcher();
    }

    @Test
    void theRecordIsPostedByteForByteWithAllItsHeaders() {
        UUID endpoint = add("/ok/bytes", "bytes.example", Map.of("headers", "'{\"x-team\":\"sales\"}'"));
        CallEventMessage message = CallEvents.of("bytes-leg", CallAction.HANGUP, "bytes.example", OUT);
        site.publish(message);
        awaitAccepted("/ok/bytes", 1);

        Received received = site.receiver.ledger().byPath("/ok/bytes").getFirst();
        assertThat(received.method()).isEqualTo("POST");
        assertThat(received.body()).isEqualTo(message.body());
        assertThat(new WebhookSignature(Registry.SECRET).check(received))
                .isEqualTo(WebhookSignature.Verdict.VERIFIED);
        assertThat(received.webhookId()).isEqualTo("bytes-leg_hangup");
        assertThat(received.header("content-type")).hasValue("application/json");
        assertThat(received.header("user-agent").orElse("")).startsWith("Offhook/");
        assertThat(received.header("offhook-attempt")).hasValue("1");
        assertThat(received.header("offhook-endpoint-id")).hasValue(endpoint.toString());
        assertThat(received.header("offhook-replay-id")).isEmpty();
        assertThat(received.header("x-team")).hasValue("sales");
        message.attributes().forEach((name, value) -> assertThat(received.header("ce-" + name)).as(name)
                .hasValue(value));
        assertThat(message.attributes()).containsKeys("id", "type", "source", "subject", "time", "tenant", "callid",
                "legsequence", "specversion");
    }

    @Test
    void anEndpointGetsTheEventsOfItsTenantActionsAndDirectionsAlone() {
        add("/ok/match-all", "Match.Example", Map.of());
        add("/ok/match-hangup", "match.example", Map.of("events", "'{hangup}'"));
        add("/ok/match-inbound", "match.example", Map.of("directions", "'{inbound}'"));
        add("/ok/match-other", "other.example", Map.of());
        UUID everyone = site.registry.addEndpoint(site.receiver.url("/ok/match-everyone").toString());
        dispatcher.awaitEndpoint(everyone);
        site.publish(CallEvents.of("m1", CallAction.ORIGINATE, "MATCH.example", OUT),
                CallEvents.of("m1", CallAction.HANGUP, "match.EXAMPLE", OUT),
                CallEvents.of("m2", CallAction.ORIGINATE, "match.example", CallDirection.INBOUND),
                CallEvents.of("m3", CallAction.ORIGINATE, null, OUT),
                CallEvents.of("m4", CallAction.ORIGINATE, "match.example", null));
        awaitAccepted("/ok/match-everyone", 5);
        site.awaitAllCommitted();
        site.registry.removeEndpoint(everyone);

        assertThat(idsAt("/ok/match-all")).containsExactlyInAnyOrder("m1_originate", "m1_hangup", "m2_originate",
                "m4_originate");
        assertThat(idsAt("/ok/match-hangup")).containsExactly("m1_hangup");
        assertThat(idsAt("/ok/match-inbound")).containsExactly("m2_originate");
        assertThat(idsAt("/ok/match-other")).isEmpty();
    }

    @Test
    void connectionsThatAreOpenedReusedAndIdleAreSeen() {
        add("/ok/connections", "connections.example", Map.of());
        double opened = dispatcher.functionCounter("offhook.dispatcher.connections.opened");
        double reused = dispatcher.functionCounter("offhook.dispatcher.connections.reused");
        for (int i = 1; i <= 5; i++) {
            site.publish(CallEvents.of("connections-" + i, CallAction.ORIGINATE, "connections.example", OUT));
            awaitAccepted("/ok/connections", i);
            await().atMost(Site.LIMIT).until(() -> dispatcher.gauge("offhook.dispatcher.connections.idle") >= 1);
        }
        assertThat(dispatcher.functionCounter("offhook.dispatcher.connections.opened")
                + dispatcher.functionCounter("offhook.dispatcher.connections.reused") - opened - reused).isEqualTo(5);
        assertThat(dispatcher.functionCounter("offhook.dispatcher.connections.opened")).isPositive();
        assertThat(dispatcher.functionCounter("offhook.dispatcher.connections.reused")).isGreaterThan(reused);
    }

    @Test
    void eventsThatNobodyWantsAreSettled() {
        site.publishLegs("unwanted-", 50, "unwanted.example");
        site.awaitAllCommitted();
        assertThat(dispatcher.gauge("offhook.dispatcher.unsettled")).isZero();
    }

    @Test
    void recordsOfOthersArePassedOver() {
        add("/ok/foreign", "foreign.example", Map.of());
        double before = dispatcher.counter("offhook.dispatcher.foreign.records");
        byte[] key = "foreign-leg".getBytes(StandardCharsets.UTF_8);
        CallEventMessage message = CallEvents.of("foreign-leg", CallAction.ORIGINATE, "foreign.example", OUT);
        var noJson = CallEventCodec.toRecord(site.topics().callEvents(), new CallEventMessage(message.id(),
                message.action(), message.uuid(), message.attributes(), "{\"cut".getBytes(StandardCharsets.UTF_8)));
        site.publishRecords(List.of(record(key, "no headers"), record(key, null), record(null, "{}"), noJson,
                CallEventCodec.toRecord(site.topics().callEvents(), message)));
        awaitAccepted("/ok/foreign", 1);
        site.awaitAllCommitted();
        assertThat(idsAt("/ok/foreign")).containsExactly("foreign-leg_originate");
        assertThat(dispatcher.counter("offhook.dispatcher.foreign.records") - before).isEqualTo(4);
    }

    @Test
    void ofRecordsWithOneIdTheFirstIsDeliveredAndOnlyOnce() {
        add("/ok/twice", "twice.example", Map.of());
        CallEventMessage first = CallEvents.of("twice-leg", CallAction.ORIGINATE, "twice.example", OUT);
        CallEventMessage other = new CallEventMessage(first.id(), first.action(), first.uuid(), first.attributes(),
                "{\"other\":1}".getBytes(StandardCharsets.UTF_8));
        site.publish(first, first, other, CallEvents.of("twice-leg", CallAction.ANSWER, "twice.example", OUT));
        awaitAccepted("/ok/twice", 2);
        site.awaitAllCommitted();
        assertThat(idsAt("/ok/twice")).containsExactly("twice-leg_originate", "twice-leg_answer");
        assertThat(site.receiver.ledger().byPath("/ok/twice").getFirst().body()).isEqualTo(first.body());
    }

    @Test
    void theEventsOfEachLegArriveInOrder() {
        add("/delay/5/order", "order.example", Map.of());
        site.publishLegs("order-", 60, "order.example");
        awaitAccepted("/delay/5/order", 180);
        assertThat(site.receiver.ledger().firstAcceptedByLeg("/delay/5/order").values())
                .allSatisfy(leg -> assertThat(leg).extracting(Received::action).containsExactly("originate", "answer",
                        "hangup"));
        assertThat(site.receiver.maxInFlight("/delay/5/order")).isGreaterThan(1).isLessThanOrEqualTo(16);
    }

    @Test
    void aHungReceiverDelaysNobodyElse() {
        UUID hung = add("/hang/before/hung", "hung.example", Map.of("request_timeout_sec", "30"));
        add("/ok/beside", "hung.example", Map.of());
        site.publishLegs("hung-", 100, "hung.example");
        awaitAccepted("/ok/beside", 300);
        assertThat(site.receiver.inFlight("/hang/before/hung")).as("still hangs").isEqualTo(1);
        site.registry.removeEndpoint(hung);
    }

    @Test
    void aSlowReceiverWithALongQueueDelaysNobodyElse() {
        var quick = new AtomicBoolean();
        site.receiver.on("/slow",
                _ -> quick.get() ? Answer.ok() : new Answer.Delayed(Duration.ofMillis(100), Answer.ok()));
        add("/slow", "slow.example", Map.of("max_in_flight", "1"));
        add("/ok/beside-slow", "beside.example", Map.of());
        // One after the other they take 20 s.
        site.publish(IntStream.range(0, 200)
                .mapToObj(i -> CallEvents.of("slow-" + i, CallAction.ORIGINATE, "slow.example", OUT)).toList());
        site.receiver.ledger().await(ledger -> idsAt("/slow").size() >= 5, Site.LIMIT);
        site.publishLegs("beside-", 1, "beside.example");
        site.receiver.ledger().await(ledger -> idsAt("/ok/beside-slow").size() == 3, Site.LIMIT);
        assertThat(idsAt("/slow")).as("it is read past them").hasSizeLessThan(100);
        quick.set(true);
        site.receiver.ledger().await(ledger -> idsAt("/slow").size() == 200, Site.LIMIT);
    }

    @Test
    void aNewChangedDisabledOrDeletedEndpointCountsWithinTwoSeconds() {
        UUID id = site.addEndpoint("/ok/change-1", "change.example");
        withinTwoSeconds(() -> dispatcher.registry().snapshot().find(id).isPresent());
        deliverChange(1, "/ok/change-1");

        site.registry.changeEndpoint(id, "url = '" + site.receiver.url("/ok/change-2") + "'");
        withinTwoSeconds(() -> url(id).endsWith("/ok/change-2"));
        deliverChange(2, "/ok/change-2");

        site.registry.changeEndpoint(id, "enabled = false, disabled_reason = 'manual'");
        withinTwoSeconds(() -> !dispatcher.registry().snapshot().find(id).orElseThrow().endpoint().enabled());
        site.publish(CallEvents.of("change-3", CallAction.ORIGINATE, "change.example", OUT));
        site.awaitAllCommitted();

        site.registry.changeEndpoint(id, "enabled = true, disabled_reason = null");
        withinTwoSeconds(() -> dispatcher.registry().snapshot().find(id).orElseThrow().endpoint().enabled());
        deliverChange(4, "/ok/change-2");

        site.registry.removeEndpoint(id);
        withinTwoSeconds(() -> dispatcher.registry().snapshot().find(id).isEmpty());
        site.publish(CallEvents.of("change-5", CallAction.ORIGINATE, "change.example", OUT));
        site.awaitAllCommitted();
        assertThat(idsAt("/ok/change-1")).containsExactly("change-1_originate");
        assertThat(idsAt("/ok/change-2")).containsExactly("change-2_originate", "change-4_originate");
        assertThat(site.registry.rows(id)).isEmpty();
    }

    @Test
    void anEndpointThatCannotBeReadIsLeftOutAndTheOthersAreServed() {
        UUID badSecret = site.registry.addEndpoint(site.receiver.url("/ok/bad-secret").toString(),
                Map.of("tenant", "'bad.example'"));
        site.registry.jdbc().sql("update endpoint_secrets set secret = 'no secret' where endpoint_id = ?")
                .param(badSecret).update();
        UUID badHeaders = site.registry.addEndpoint(site.receiver.url("/ok/bad-headers").toString(),
                Map.of("tenant", "'bad.example'", "headers", "'{\"x\":{\"y\":1}}'"));
        try {
            add("/ok/good", "bad.example", Map.of());
            site.publish(CallEvents.of("bad-leg", CallAction.ORIGINATE, "bad.example", OUT));
            awaitAccepted("/ok/good", 1);
        } finally {
            site.registry.removeEndpoint(badSecret);
            site.registry.removeEndpoint(badHeaders);
        }
    }

    private void deliverChange(int number, String path) {
        site.publish(CallEvents.of("change-" + number, CallAction.ORIGINATE, "change.example", OUT));
        site.receiver.ledger().await(ledger -> ledger.byWebhookId("change-" + number + "_originate").stream()
                .anyMatch(received -> received.path().equals(path)), Site.LIMIT);
    }

    private String url(UUID id) {
        return dispatcher.registry().snapshot().find(id).orElseThrow().endpoint().url().toString();
    }

    private static void withinTwoSeconds(Callable<Boolean> condition) {
        await().atMost(Duration.ofSeconds(2)).until(condition);
    }

    private UUID add(String path, String tenant, Map<String, String> columns) {
        UUID id = site.addEndpoint(path, tenant, columns);
        dispatcher.awaitEndpoint(id);
        return id;
    }

    private void awaitAccepted(String path, int count) {
        site.receiver.ledger().await(ledger -> ledger.byPath(path).stream().filter(Received::accepted)
                .map(Received::webhookId).distinct().count() >= count, Site.LIMIT);
    }

    private List<String> idsAt(String path) {
        return site.receiver.ledger().byPath(path).stream().map(Received::webhookId).toList();
    }

    private ProducerRecord<byte[], byte[]> record(byte[] key, String value) {
        return new ProducerRecord<>(site.topics().callEvents(), key,
                value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }
}

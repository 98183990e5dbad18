package io.offhook.dispatcher;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import com.zaxxer.hikari.HikariDataSource;
import io.offhook.model.CallAction;
import io.offhook.model.CallEventMessage;
import io.offhook.testkit.kafka.EmbeddedKafka;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import io.offhook.testkit.process.TcpRelay;
import io.offhook.testkit.receiver.Answer;
import io.offhook.testkit.receiver.Received;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/** Dispatchers that end and begin, PostgreSQL and Kafka that go and come back: each time the ledger has every event. */
@ExtendWith(SharedServers.class)
class OutageTest {

    private static final String TENANT = CallEvents.TENANT;
    private static final String SOCKET_TIMEOUT = "spring.datasource.hikari.data-source-properties.socketTimeout";

    private final EmbeddedKafka kafka;
    private final EmbeddedPostgresServer postgres;
    private Site site;

    OutageTest(EmbeddedKafka kafka, EmbeddedPostgresServer postgres) {
        this.kafka = kafka;
        this.postgres = postgres;
    }

    @BeforeEach
    void open(TestInfo test) {
        site = new Site(kafka, postgres, test.getTestMethod().orElseThrow().getName().toLowerCase().substring(0, 20));
    }

    @AfterEach
    void close() {
        if (!kafka.isRunning()) {
            kafka.start();
        }
        if (!postgres.isRunning()) {
            postgres.start();
        }
        site.close();
    }

    @Test
    void stoppedUnderLoadAndStartedAgainItLosesNothing() {
        site.addEndpoint("/delay/20/slow", TENANT, Map.of("max_in_flight", "4"));
        try (var first = site.dispatcher(Map.of("offhook.dispatcher.drain", "100ms"))) {
            first.awaitPartitions(Site.PARTITIONS);
            site.publishLegs("before-", 100, TENANT);
            site.receiver.ledger().awaitAccepted(40, Site.LIMIT);
        }
        long atStop = site.receiver.ledger().acceptedCount();
        assertThat(atStop).as("stopped in the middle").isLessThan(300);
        site.publishLegs("between-", 20, TENANT);
        try (var second = site.dispatcher()) {
            second.awaitPartitions(Site.PARTITIONS);
            site.receiver.ledger().awaitAccepted(360, Site.LIMIT);
            site.awaitAllCommitted();
        }
        assertThat(site.receiver.ledger().report().outOfOrder()).isEmpty();
    }

    @Test
    void stoppedWhenAllIsSettledItRepeatsNothing() {
        site.addEndpoint("/ok/settled", TENANT);
        try (var first = site.dispatcher(Map.of("offhook.dispatcher.commit-interval", "1h"))) {
            first.awaitPartitions(Site.PARTITIONS);
            site.publishLegs("settled-", 20, TENANT);
            site.receiver.ledger().awaitAccepted(60, Site.LIMIT);
        }
        site.awaitAllCommitted();
        try (var second = site.dispatcher()) {
            second.awaitPartitions(Site.PARTITIONS);
            site.publish(CallEvents.of("last", CallAction.ORIGINATE));
            site.receiver.ledger().awaitAccepted(61, Site.LIMIT);
        }
        assertThat(site.receiver.ledger().count()).isEqualTo(61);
    }

    @Test
    void postgresAwayAtStartIsWaitedFor() throws Exception {
        site.addEndpoint("/ok/waits", TENANT);
        postgres.stop();
        var starting = CompletableFuture.supplyAsync(() -> site.dispatcher());
        site.publishLegs("waiting-", 10, TENANT);
        assertThat(starting).isNotCompletedExceptionally();
        assertThat(site.receiver.ledger().count()).isZero();
        postgres.start();
        try (var dispatcher = starting.get()) {
            dispatcher.awaitPartitions(Site.PARTITIONS);
            site.receiver.ledger().awaitAccepted(30, Site.LIMIT);
            site.awaitAllCommitted();
        }
    }

    @Test
    void healthyDeliveriesGoOnWhilePostgresIsAway() {
        var well = new AtomicBoolean();
        site.receiver.on("/failing", _ -> well.get() ? Answer.ok() : Answer.status(500));
        site.addEndpoint("/ok/healthy", TENANT);
        UUID failing = site.addEndpoint("/failing", TENANT);
        try (var dispatcher = site.dispatcher()) {
            dispatcher.awaitEndpoint(failing);
            dispatcher.awaitPartitions(Site.PARTITIONS);
            postgres.stop();
            site.publishLegs("away-", 40, TENANT);
            awaitAccepted("/ok/healthy", 120);
            await().atMost(Site.LIMIT).until(() -> !dispatcher.registry().isCurrent());
            site.publishLegs("known-away-", 10, TENANT);
            awaitAccepted("/ok/healthy", 150);
            site.awaitAllCommitted();

            postgres.start();
            await().atMost(Site.LIMIT).untilAsserted(() -> assertThat(site.registry.rows(failing)).hasSize(150)
                    .allSatisfy(row -> assertThat(row).containsEntry("status", "pending")));
            site.awaitBreaker(failing, "open");
            well.set(true);
            awaitAccepted("/failing", 150);
        }
        assertThat(site.receiver.ledger().report().outOfOrder()).isEmpty();
    }

    /** A host that is lost, or a network that swallows packets, ends no connection. */
    @Test
    void aPostgresThatFallsSilentIsTakenForAwayAndComesBack() {
        UUID known = site.addEndpoint("/ok/known", TENANT);
        try (var relay = TcpRelay.to(postgres.port());
                var dispatcher = site.dispatcher(Map.of("spring.datasource.url",
                        site.registry.url().replace(":" + postgres.port() + "/", ":" + relay.port() + "/"),
                        SOCKET_TIMEOUT, "2"))) {
            dispatcher.awaitEndpoint(known);
            dispatcher.awaitPartitions(Site.PARTITIONS);
            relay.stall();
            site.publishLegs("silent-", 10, TENANT);
            awaitAccepted("/ok/known", 30);
            await().atMost(Site.LIMIT).until(() -> !dispatcher.registry().isCurrent());
            UUID added = site.addEndpoint("/ok/added", TENANT);
            relay.resume();
            dispatcher.awaitEndpoint(added);
            site.publishLegs("back-", 10, TENANT);
            awaitAccepted("/ok/added", 30);
        }
    }

    @Test
    void noStatementWaitsForEverUnlessAnOperatorSaysSo() {
        try (var dispatcher = site.dispatcher()) {
            assertThat(dispatcher.bean(HikariDataSource.class).getDataSourceProperties())
                    .containsEntry("socketTimeout", "20");
        }
    }

    @Test
    void withPostgresAwayANewOwnerDeliversLaterEventsToTheHealthyAndKeepsTheOrderOfTheOthers() {
        var well = new AtomicBoolean();
        site.receiver.on("/failing", _ -> well.get() ? Answer.ok() : Answer.status(500));
        site.addEndpoint("/ok/healthy", TENANT);
        UUID failing = site.addEndpoint("/failing", TENANT);
        try (var stays = site.dispatcher()) {
            try (var goes = site.dispatcher()) {
                stays.awaitEndpoint(failing);
                goes.awaitPartitions(Site.PARTITIONS / 2);
                stays.awaitPartitions(Site.PARTITIONS / 2);
                site.publish(originates("before-", 20));
                awaitAccepted("/ok/healthy", 20);
                await().atMost(Site.LIMIT).until(() -> site.registry.rows(failing).size() == 20);
                postgres.stop();
                await().atMost(Site.LIMIT).until(() -> !stays.registry().isCurrent());
                site.publish(originates("away-", 20));
                awaitAccepted("/ok/healthy", 40);
                site.awaitAllCommitted();
            }
            stays.awaitPartitions(Site.PARTITIONS);
            for (String prefix : List.of("before-", "away-")) {
                for (CallAction action : List.of(CallAction.ANSWER, CallAction.HANGUP)) {
                    site.publish(events(prefix, 20, action));
                }
            }
            awaitAccepted("/ok/healthy", 120);
            well.set(true);
            postgres.start();
            awaitAccepted("/failing", 120);
        }
        assertThat(site.receiver.ledger().report().outOfOrder()).isEmpty();
    }

    @Test
    void whilePostgresIsAwayAReceiverThatRecoversIsFoundByALiveDelivery() {
        var well = new AtomicBoolean();
        site.receiver.on("/recovers", _ -> well.get() ? Answer.ok() : Answer.status(503));
        UUID endpoint = site.addEndpoint("/recovers", TENANT);
        try (var dispatcher = site.dispatcher()) {
            dispatcher.awaitEndpoint(endpoint);
            dispatcher.awaitPartitions(Site.PARTITIONS);
            postgres.stop();
            await().atMost(Site.LIMIT).until(() -> !dispatcher.registry().isCurrent());
            site.publish(originates("failing-", 20));
            await().atMost(Site.LIMIT).until(() -> dispatcher.gauge("offhook.dispatcher.breakers.open") == 1);
            well.set(true);
            var legs = new AtomicInteger();
            await().atMost(Site.LIMIT).until(() -> {
                site.publish(CallEvents.of("later-" + legs.incrementAndGet(), CallAction.ORIGINATE));
                return dispatcher.gauge("offhook.dispatcher.breakers.open") == 0;
            });
            site.publishLegs("well-", 10, TENANT);
            await().atMost(Site.LIMIT).until(
                    () -> accepted("/recovers").stream().filter(id -> id.startsWith("well-")).count() == 30);
            postgres.start();
            awaitAccepted("/recovers", 20 + legs.get() + 30);
        }
        assertThat(site.receiver.ledger().report().outOfOrder()).isEmpty();
    }

    @Test
    void kafkaThatRestartsInTheMiddleLosesNothing() {
        site.addEndpoint("/ok/kafka", TENANT);
        UUID failing = site.addEndpoint("/status/500/kafka", TENANT);
        try (var dispatcher = site.dispatcher()) {
            dispatcher.awaitPartitions(Site.PARTITIONS);
            site.publishLegs("before-", 30, TENANT);
            awaitAccepted("/ok/kafka", 10);
            kafka.restart();
            site.publishLegs("after-", 30, TENANT);
            awaitAccepted("/ok/kafka", 180);
            site.awaitAllCommitted();
            await().atMost(Site.LIMIT).untilAsserted(() -> assertThat(site.registry.rows(failing)).hasSize(180));
        }
        assertThat(site.receiver.ledger().report().outOfOrder()).isEmpty();
    }

    @Test
    void twoShareThePartitionsAndOneThatEndsUnderLoadLosesNothing() {
        site.addEndpoint("/delay/10/shared", TENANT, Map.of("max_in_flight", "8"));
        try (var stays = site.dispatcher()) {
            stays.awaitPartitions(Site.PARTITIONS);
            try (var goes = site.dispatcher(Map.of("offhook.dispatcher.drain", "100ms"))) {
                goes.awaitPartitions(Site.PARTITIONS / 2);
                stays.awaitPartitions(Site.PARTITIONS / 2);
                site.publishLegs("shared-", 150, TENANT);
                site.receiver.ledger().awaitAccepted(60, Site.LIMIT);
            }
            site.publishLegs("alone-", 20, TENANT);
            site.receiver.ledger().awaitAccepted(510, Site.LIMIT);
            site.awaitAllCommitted();
            stays.awaitPartitions(Site.PARTITIONS);
        }
        assertThat(site.receiver.ledger().report().outOfOrder()).isEmpty();
    }

    @Test
    void aPartitionIsGivenUpAsSoonAsWhatIsUnderWayHasEnded() {
        // Two at a time take 18 s for all of them: many wait when the partitions move, and what is left then goes at once.
        var moved = new AtomicBoolean();
        site.receiver.on("/given-up",
                _ -> moved.get() ? Answer.ok() : new Answer.Delayed(Duration.ofMillis(200), Answer.ok()));
        site.addEndpoint("/given-up", TENANT, Map.of("max_in_flight", "2"));
        try (var first = site.dispatcher(Map.of("offhook.dispatcher.revoke-drain", "1h"))) {
            first.awaitPartitions(Site.PARTITIONS);
            site.publishLegs("given-up-", 60, TENANT);
            site.receiver.ledger().awaitAccepted(10, Site.LIMIT);
            try (var second = site.dispatcher()) {
                second.awaitPartitions(Site.PARTITIONS / 2);
                assertThat(site.receiver.ledger().acceptedCount()).as("deliveries wait meanwhile").isLessThan(180);
                moved.set(true);
                site.receiver.ledger().awaitAccepted(180, Site.LIMIT);
            }
        }
        assertThat(site.receiver.ledger().report().outOfOrder()).isEmpty();
    }

    @Test
    void neverStartedForWantOfKafkaItStillEndsInOrder() {
        kafka.stop();
        var dispatcher = site.dispatcher();
        assertThatCode(() -> dispatcher.bean(Dispatcher.class).stop()).doesNotThrowAnyException();
        assertTimeoutPreemptively(Site.LIMIT, dispatcher::close);
    }

    @Test
    void withKafkaAwayItEndsWithinItsGracePeriod() {
        site.addEndpoint("/status/500/away", TENANT);
        var dispatcher = site.dispatcher();
        site.publishLegs("ends-", 5, TENANT);
        site.receiver.ledger().awaitCount(3, Site.LIMIT);
        kafka.stop();
        assertTimeoutPreemptively(Duration.ofSeconds(20), dispatcher::close);
    }

    private static List<CallEventMessage> originates(String prefix, int legs) {
        return events(prefix, legs, CallAction.ORIGINATE);
    }

    private static List<CallEventMessage> events(String prefix, int legs, CallAction action) {
        return IntStream.range(0, legs).mapToObj(i -> CallEvents.of(prefix + i, action)).toList();
    }

    private void awaitAccepted(String path, int count) {
        site.receiver.ledger().await(ledger -> accepted(path).size() >= count, Site.LIMIT);
    }

    private List<String> accepted(String path) {
        return site.receiver.ledger().byPath(path).stream().filter(Received::accepted).map(Received::webhookId)
                .distinct().toList();
    }
}

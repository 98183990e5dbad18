package io.offhook.dispatcher;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.testkit.kafka.EmbeddedKafka;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import io.offhook.testkit.receiver.Answer;
import io.offhook.testkit.receiver.Received;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Replays, of events that were published before their endpoint was there. */
@ExtendWith(SharedServers.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplayTest {

    private static final CallDirection OUT = CallDirection.OUTBOUND;
    private static final Map<String, Object> QUICK = Map.of("offhook.replay.poll-interval", "50ms",
            "offhook.replay.save-interval", "50ms", "offhook.replay.lease", "2s", "offhook.replay.max-running", "2",
            "offhook.replay.slice", "150ms");

    @AutoClose
    private final Site site;
    @AutoClose
    private RunningDispatcher dispatcher;
    private final Replays replays;
    private final Instant begin = Instant.now().minusSeconds(5);

    ReplayTest(EmbeddedKafka kafka, EmbeddedPostgresServer postgres) {
        site = new Site(kafka, postgres, "replay");
        replays = new Replays(site.registry.jdbc());
    }

    @BeforeAll
    void start() {
        dispatcher = site.dispatcher(QUICK);
        site.awaitPersister();
        dispatcher.awaitPartitions(Site.PARTITIONS);
    }

    @Test
    void whatTheEndpointSubscribesToComesOnceEachInOrderAndTheGroupsOffsetsStay() {
        site.publishLegs("again-", 20, "again.example");
        site.publishLegs("again-", 20, "again.example");
        site.publish(CallEvents.of("again-in", CallAction.HANGUP, "again.example", CallDirection.INBOUND),
                CallEvents.of("again-foreign", CallAction.HANGUP, "other.example", OUT));
        site.awaitAllCommitted();
        var committed = site.committed();
        UUID endpoint = add("/ok/again", "AGAIN.example", Map.of("events", "'{answer,hangup}'", "directions",
                "'{outbound}'"));

        UUID replay = replays.add(endpoint, begin, Instant.now());
        replays.awaitStatus(replay, "completed");

        List<Received> all = site.receiver.ledger().byPath("/ok/again");
        assertThat(all).extracting(Received::webhookId).containsExactlyInAnyOrderElementsOf(
                IntStream.range(0, 20).boxed().flatMap(i -> Stream.of("again-" + i + "_answer", "again-" + i
                        + "_hangup")).toList());
        assertThat(all).allMatch(received -> received.replayId().equals(replay.toString())
                && received.attempt().equals("1"));
        assertThat(outOfOrder("/ok/again")).isEmpty();
        assertThat(replays.row(replay)).containsEntry("matched", 40L).containsEntry("delivered", 40L)
                .containsEntry("failed", 0L).containsEntry("progress", 1.0).containsEntry("error", null);
        assertThat(site.registry.rows(endpoint)).isEmpty();
        assertThat(site.committed()).isEqualTo(committed);
        await().atMost(Site.LIMIT).until(() -> site.registry.value(Long.class,
                "select count(*) from delivery_attempts where replay_id = ?", replay) == 40);
    }

    @Test
    void timesLegAndActionNarrowItAndADryRunSendsNothing() {
        site.publishLegs("narrow-a-", 5, "narrow.example");
        Instant middle = afterNow();
        site.publishLegs("narrow-b-", 5, "narrow.example");
        // A copy within the range of an event that lies just before it is none.
        site.publish(CallEvents.of("narrow-a-0", CallAction.ORIGINATE, "narrow.example", OUT));
        UUID endpoint = add("/ok/narrow", "narrow.example", Map.of());
        Instant end = afterNow();

        assertThat(matchedDry(endpoint, begin, middle, Map.of())).isEqualTo(15);
        assertThat(matchedDry(endpoint, middle, end, Map.of())).isEqualTo(15);
        assertThat(matchedDry(endpoint, begin, end, Map.of("uuid", "'narrow-b-3'"))).isEqualTo(3);
        assertThat(matchedDry(endpoint, begin, end, Map.of("action", "'hangup'"))).isEqualTo(10);
        assertThat(matchedDry(endpoint, begin.minusSeconds(3600), begin, Map.of())).isZero();
        assertThat(site.receiver.ledger().byPath("/ok/narrow")).isEmpty();

        UUID one = replays.add(endpoint, begin, end, Map.of("uuid", "'narrow-a-1'", "action", "'answer'"));
        replays.awaitStatus(one, "completed");
        assertThat(site.receiver.ledger().byPath("/ok/narrow")).extracting(Received::webhookId)
                .containsExactly("narrow-a-1_answer");
    }

    private long matchedDry(UUID endpoint, Instant from, Instant to, Map<String, String> columns) {
        var all = new HashMap<>(columns);
        all.put("dry_run", "true");
        UUID replay = replays.add(endpoint, from, to, all);
        replays.awaitStatus(replay, "completed");
        assertThat(replays.row(replay)).containsEntry("delivered", 0L).containsEntry("failed", 0L);
        return (long) replays.row(replay).get("matched");
    }

    @Test
    void whatFailsBecomesARowOfTheReplayAndTheRestOfItsLegFollowsIt() {
        site.publishLegs("some-", 20, "some.example");
        site.receiver.on("/some", received -> received.action().equals("originate") && received.attempt().equals("1")
                && Math.floorMod(received.leg().hashCode(), 4) == 0 ? Answer.status(500) : Answer.ok());
        UUID endpoint = add("/some", "some.example", Map.of());
        UUID replay = replays.add(endpoint, begin, Instant.now());
        replays.awaitStatus(replay, "completed");
        awaitAccepted("/some", 60);

        List<Map<String, Object>> rows = site.registry.rows(endpoint);
        assertThat(rows).isNotEmpty().hasSizeLessThan(60).allSatisfy(row -> assertThat(row)
                .containsEntry("replay_id", replay));
        assertThat(replays.row(replay)).containsEntry("matched", 60L).containsEntry("failed", (long) rows.size())
                .containsEntry("delivered", 60L - rows.size());
        assertThat(site.receiver.ledger().byPath("/some")).allMatch(received -> received.replayId()
                .equals(replay.toString()));
        assertThat(outOfOrder("/some")).isEmpty();
        await().atMost(Site.LIMIT).until(() -> site.registry.rows(endpoint).stream()
                .allMatch(row -> row.get("status").equals("delivered")));
    }

    @Test
    void whileTheBreakerIsOpenItWaitsAndThenGoesOn() {
        site.publishLegs("waits-", 30, "waits.example");
        var well = new AtomicBoolean(true);
        var requests = new AtomicInteger();
        site.receiver.on("/waits", _ -> {
            if (requests.incrementAndGet() == 20) {
                well.set(false);
            }
            return well.get() ? Answer.ok() : Answer.status(503);
        });
        UUID endpoint = add("/waits", "waits.example", Map.of());
        UUID replay = replays.add(endpoint, begin, Instant.now());
        await().atMost(Site.LIMIT).until(() -> "breaker_open".equals(replays.row(replay).get("waits_for")));
        int rows = site.registry.rows(endpoint).size();
        well.set(true);
        replays.awaitStatus(replay, "completed");
        awaitAccepted("/waits", 90);
        assertThat(rows).as("few become rows").isLessThan(30);
        assertThat(outOfOrder("/waits")).isEmpty();
    }

    @Test
    void aDisabledEndpointIsWaitedForAndADeletedOneFails() {
        site.publishLegs("off-", 3, "off.example");
        UUID endpoint = add("/ok/off", "off.example", Map.of("enabled", "false", "disabled_reason", "'manual'"));
        UUID replay = replays.add(endpoint, begin, Instant.now());
        UUID other = add("/ok/off-other", "off.example", Map.of());
        replays.awaitStatus(replays.add(other, begin, Instant.now()), "completed");
        assertThat(replays.row(replay)).containsEntry("status", "pending");
        site.registry.changeEndpoint(endpoint, "enabled = true, disabled_reason = null");
        replays.awaitStatus(replay, "completed");
        assertThat(site.receiver.ledger().byPath("/ok/off")).hasSize(9);

        site.registry.removeEndpoint(other);
        await().atMost(Site.LIMIT).until(() -> dispatcher.registry().snapshot().find(other).isEmpty());
        UUID lost = replays.add(other, begin, Instant.now());
        replays.awaitStatus(lost, "failed");
        assertThat(replays.row(lost)).containsEntry("error", "endpoint_deleted");
    }

    @Test
    void itYieldsToLiveTrafficAndCancellationStopsItSoon() {
        site.publishLegs("slow-", 100, "slow.example");
        site.receiver.on("/slow", _ -> new Answer.Delayed(Duration.ofMillis(20), Answer.ok()));
        UUID endpoint = add("/slow", "slow.example", Map.of("max_in_flight", "1"));
        UUID replay = replays.add(endpoint, begin, Instant.now());
        site.receiver.ledger().await(ledger -> ledger.byPath("/slow").size() >= 10, Site.LIMIT);

        site.publishLegs("now-", 10, "slow.example");
        site.receiver.ledger().await(ledger -> ledger.byPath("/slow").stream().filter(r -> r.replayId().isEmpty())
                .count() == 30, Site.LIMIT);
        List<Received> meanwhile = site.receiver.ledger().byPath("/slow");
        assertThat(meanwhile).as("live ones go first").hasSizeLessThan(130);
        assertThat(site.receiver.maxInFlight("/slow")).isEqualTo(1);

        replays.cancel(replay);
        await().atMost(Duration.ofSeconds(3)).until(() -> dispatcher.gauge("offhook.dispatcher.replays.running") == 0);
        Map<String, Object> row = replays.row(replay);
        assertThat(row).containsEntry("status", "cancelled");
        long replayed = site.receiver.ledger().byPath("/slow").stream().filter(r -> !r.replayId().isEmpty()).count();
        assertThat(row).containsEntry("delivered", replayed).containsEntry("matched", replayed);
        assertThat(replayed).isLessThan(300);
    }

    @Test
    void moreThanMayRunAtOnceTakeTurns() {
        site.publishLegs("turns-", 40, "turns.example");
        List<UUID> endpoints = IntStream.range(0, 4).mapToObj(i -> {
            site.receiver.on("/turns-" + i, _ -> new Answer.Delayed(Duration.ofMillis(5), Answer.ok()));
            return site.addEndpoint("/turns-" + i, "turns.example");
        }).toList();
        endpoints.forEach(dispatcher::awaitEndpoint);
        List<UUID> all = endpoints.stream().map(endpoint -> replays.add(endpoint, begin, Instant.now())).toList();
        await().atMost(Site.LIMIT).pollInterval(Duration.ofMillis(20)).until(() -> all.stream()
                .filter(replay -> "running".equals(replays.row(replay).get("status"))).count() > 2);
        all.forEach(replay -> replays.awaitStatus(replay, "completed"));
        all.forEach(replay -> assertThat(replays.row(replay)).containsEntry("delivered", 120L));
        IntStream.range(0, 4).forEach(i -> assertThat(site.receiver.ledger().byPath("/turns-" + i)).hasSize(120));
    }

    private UUID add(String path, String tenant, Map<String, String> columns) {
        UUID id = site.addEndpoint(path, tenant, columns);
        dispatcher.awaitEndpoint(id);
        return id;
    }

    /** A millisecond that all events before and none of those after lie in front of. */
    private static Instant afterNow() {
        Instant next = Instant.ofEpochMilli(System.currentTimeMillis() + 2);
        await().until(() -> Instant.now().isAfter(next));
        return next;
    }

    private void awaitAccepted(String path, int count) {
        site.receiver.ledger().await(ledger -> ledger.byPath(path).stream().filter(Received::accepted)
                .map(Received::webhookId).distinct().count() >= count, Site.LIMIT);
    }

    private List<String> outOfOrder(String path) {
        return site.receiver.ledger().report().outOfOrder().stream().filter(line -> line.startsWith(path + " "))
                .toList();
    }
}

package io.offhook.dispatcher;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

import io.offhook.testkit.kafka.EmbeddedKafka;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import io.offhook.testkit.process.JavaCommand;
import io.offhook.testkit.process.JavaProcess;
import io.offhook.testkit.receiver.Answer;
import io.offhook.testkit.receiver.Received;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(SharedServers.class)
class ReplayKilledTest {

    private static final int LEGS = 200;
    private static final int SAVE_EVERY = 20;

    @Test
    void aReplayWhoseDispatcherIsKilledGoesOnAtAnotherAndRepeatsLittle(EmbeddedKafka kafka,
            EmbeddedPostgresServer postgres) {
        try (var site = new Site(kafka, postgres, "replay_killed")) {
            Instant begin = Instant.now().minusSeconds(5);
            site.publishLegs("killed-", LEGS, "killed.example");
            // Refuses some, so that there are rows, and legs whose order must survive.
            site.receiver.on("/killed", received -> received.action().equals("originate")
                    && received.attempt().equals("1") && Math.floorMod(received.leg().hashCode(), 10) == 0
                            ? Answer.status(500)
                            : new Answer.Delayed(ofMillis(2), Answer.ok()));
            UUID endpoint = site.addEndpoint("/killed", "killed.example");
            var replays = new Replays(site.registry.jdbc());
            Map<String, String> quick = Map.of("offhook.replay.poll-interval", "50ms", "offhook.replay.save-every",
                    "" + SAVE_EVERY, "offhook.replay.lease", "2s", "offhook.dispatcher.roles", "retry,persist");
            UUID replay;
            try (var killed = process(site, quick)) {
                replay = replays.add(endpoint, begin, Instant.now());
                site.receiver.ledger().awaitAccepted(LEGS, Site.LIMIT);
                killed.sigkill();
            }
            Map<String, Object> atDeath = replays.row(replay);
            assertThat(atDeath).containsEntry("status", "running");
            try (var _ = site.dispatcher(new TreeMap<>(quick))) {
                replays.awaitStatus(replay, "completed");
                site.receiver.ledger().await(ledger -> accepted(ledger.byPath("/killed")).size() == 3 * LEGS,
                        Site.LIMIT);
            }

            Map<String, Long> times = accepted(site.receiver.ledger().byPath("/killed"));
            assertThat(times.values().stream().filter(count -> count > 1).count()).as("repeated")
                    .isLessThanOrEqualTo(SAVE_EVERY + 1);
            assertThat(replays.row(replay)).containsEntry("matched", 3L * LEGS).containsEntry("progress", 1.0);
            assertThat(site.receiver.ledger().byPath("/killed")).allMatch(received -> received.replayId()
                    .equals(replay.toString()));
            assertThat(site.receiver.ledger().report().outOfOrder()).isEmpty();
        }
    }

    private static Map<String, Long> accepted(List<Received> all) {
        return all.stream().filter(Received::accepted)
                .collect(Collectors.groupingBy(Received::webhookId, Collectors.counting()));
    }

    private static JavaProcess process(Site site, Map<String, String> more) {
        var settings = new TreeMap<>(Map.of("server.port", "0", "offhook.log.dir", "target/test-logs",
                "spring.kafka.bootstrap-servers", site.kafka.bootstrapServers(), "spring.datasource.url",
                site.registry.url(), "offhook.topic.prefix", site.topics().prefix(), "offhook.egress.allow-cidrs",
                "127.0.0.0/8"));
        settings.putAll(more);
        return JavaCommand.mainClass(DispatcherApplication.class).arguments(settings.entrySet().stream()
                .map(setting -> "--" + setting.getKey() + "=" + setting.getValue()).toArray(String[]::new)).start();
    }
}

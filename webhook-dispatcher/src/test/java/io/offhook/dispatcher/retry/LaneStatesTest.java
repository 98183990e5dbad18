package io.offhook.dispatcher.retry;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.offhook.dispatcher.Registry;
import io.offhook.dispatcher.SharedServers;
import io.offhook.dispatcher.attempt.AttemptLog;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.dao.DataIntegrityViolationException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

@ExtendWith(SharedServers.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LaneStatesTest {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    private final EmbeddedPostgresServer postgres;
    @AutoClose
    private final Registry registry;
    private final Queue<UUID> written = new ConcurrentLinkedQueue<>();
    private LaneStates states;
    private UUID endpoint;

    LaneStatesTest(EmbeddedPostgresServer postgres) {
        this.postgres = postgres;
        this.registry = new Registry(postgres, "lane_states");
    }

    @BeforeEach
    void open() {
        states = new LaneStates(registry.jdbc(),
                new RetrySchedule(List.of(Duration.ofSeconds(10), Duration.ofSeconds(30)), 0), new AttemptLog());
        states.onMovesWritten((id, moves) -> written.addAll(Collections.nCopies(moves, id)));
        written.clear();
        endpoint = registry.addEndpoint("http://127.0.0.1:1/ok");
    }

    @AfterEach
    void close() {
        if (!postgres.isRunning()) {
            postgres.start();
        }
        states.close();
    }

    @Test
    void aBreakerOpensAtStepOneMovesAStepPerProbeAndCloses() {
        states.opened(endpoint, Optional.empty());
        awaitMoves(1);
        assertThat(lane()).containsEntry("breaker", "open").containsEntry("step", 1);
        assertThat(secondsToProbe()).isCloseTo(10, within(0.001));
        states.opened(endpoint, Optional.empty());
        awaitMoves(2);
        assertThat(lane()).as("another dispatcher's opening changes nothing").containsEntry("step", 1)
                .containsEntry("version", 1L);
        states.probeFailed(endpoint, Optional.empty());
        states.probeFailed(endpoint, Optional.of(Duration.ofMinutes(5)));
        awaitMoves(4);
        assertThat(lane()).containsEntry("step", 3);
        assertThat(secondsToProbe()).as("what the receiver asked for").isCloseTo(300, within(0.001));
        states.probeFailed(endpoint, Optional.empty());
        awaitMoves(5);
        assertThat(secondsToProbe()).as("the last step repeats").isCloseTo(30, within(0.001));
        states.probeSucceeded(endpoint);
        awaitMoves(6);
        assertThat(lane()).containsEntry("breaker", "closed").containsEntry("step", 0).containsEntry("probe_at", null);
        states.probeFailed(endpoint, Optional.empty());
        awaitMoves(7);
        assertThat(lane()).as("a late probe of a closed breaker").containsEntry("breaker", "closed")
                .containsEntry("step", 0);
    }

    @Test
    void aDeletedEndpointHasNoState() {
        registry.removeEndpoint(endpoint);
        states.opened(endpoint, Optional.empty());
        states.degraded(endpoint, true);
        states.probeFailed(endpoint, Optional.empty());
        awaitMoves(2);
        assertThat(registry.value(Long.class, "select count(*) from endpoint_lanes where endpoint_id = ?", endpoint))
                .isZero();
    }

    @Test
    void whilePostgresIsAwayHealthThatComesAndGoesHoldsOneWriteAndNoMoveIsLost() {
        postgres.stop();
        states.opened(endpoint, Optional.empty());
        for (int i = 0; i <= 10_000; i++) {
            states.degraded(endpoint, i % 2 == 0);
            states.gone(endpoint);
        }
        assertThat(states.waiting()).isLessThanOrEqualTo(3);
        postgres.start();
        awaitMoves(1);
        await().atMost(LIMIT).until(() -> states.waiting() == 0 && registry.value(String.class,
                "select coalesce(disabled_reason, '') from endpoints where id = ?", endpoint).equals("gone"));
        assertThat(lane()).containsEntry("breaker", "open").containsEntry("degraded", true);
    }

    @Test
    void whilePostgresIsAwayABreakerThatComesAndGoesHoldsThreeMovesAndNoneIsLeftUntold() {
        postgres.stop();
        for (int i = 0; i < 1_000; i++) {
            states.opened(endpoint, Optional.empty());
            states.probeSucceeded(endpoint);
        }
        states.opened(endpoint, Optional.empty());
        assertThat(states.waiting()).isLessThanOrEqualTo(3);
        postgres.start();
        awaitMoves(2_001);
        assertThat(written).hasSize(2_001);
        assertThat(lane()).containsEntry("breaker", "open").containsEntry("step", 1);
        assertThat((long) lane().get("version")).as("not one write per move").isLessThan(5);
    }

    @Test
    void aWriteThatPostgresRefusesDoesNotHoldUpTheOthers() throws Exception {
        var done = new CountDownLatch(2);
        try (var writer = new DatabaseWriter("test")) {
            writer.write(() -> {
                throw new DataIntegrityViolationException("22021");
            }, done::countDown);
            writer.write(() -> registry.jdbc().sql("select 1").query().singleRow(), done::countDown);
            assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    private void awaitMoves(int count) {
        await().atMost(LIMIT).until(() -> written.size() >= count);
    }

    private Map<String, Object> lane() {
        return registry.jdbc().sql("select * from endpoint_lanes where endpoint_id = ?").param(endpoint).query()
                .singleRow();
    }

    private double secondsToProbe() {
        return registry.value(Double.class,
                "select extract(epoch from probe_at - updated_at) from endpoint_lanes where endpoint_id = ?", endpoint);
    }
}

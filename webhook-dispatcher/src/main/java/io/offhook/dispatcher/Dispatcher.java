package io.offhook.dispatcher;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.offhook.db.SchemaMigration;
import io.offhook.dispatcher.attempt.AttemptHistory;
import io.offhook.dispatcher.endpoint.EndpointRegistry;
import io.offhook.dispatcher.lane.Lanes;
import io.offhook.dispatcher.live.LiveLoop;
import io.offhook.dispatcher.replay.ReplayEngine;
import io.offhook.dispatcher.retry.HandOffPersistence;
import io.offhook.dispatcher.retry.RetryEngine;
import io.offhook.runtime.GroupSessions;
import io.offhook.runtime.TopicProvisioner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Starts and ends the parts that this process has, in the order that loses nothing. */
final class Dispatcher implements SmartLifecycle {

    /** What {@link DispatcherRole} brings, by role. */
    record Parts(Optional<LiveLoop> live, Optional<RetryEngine> retry, Optional<ReplayEngine> replay,
            Optional<HandOffPersistence> handOffs, Optional<AttemptHistory> history) {

        boolean deliver() {
            return live.isPresent() || retry.isPresent();
        }
    }

    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
    private static final long STEP_MILLIS = 20;

    private final TopicProvisioner topics;
    private final SchemaMigration schema;
    private final GroupSessions sessions;
    private final EndpointRegistry registry;
    private final Lanes lanes;
    private final Parts parts;
    private final Duration drain;
    private volatile boolean running;

    Dispatcher(TopicProvisioner topics, SchemaMigration schema, GroupSessions sessions, EndpointRegistry registry,
            Lanes lanes, Parts parts, Duration drain) {
        this.topics = topics;
        this.schema = schema;
        this.sessions = sessions;
        this.registry = registry;
        this.lanes = lanes;
        this.parts = parts;
        this.drain = drain;
    }

    @Override
    public void start() {
        running = true;
        CompletableFuture.allOf(topics.ready(), schema.done()).thenRun(this::startParts)
                .whenComplete((_, failure) -> {
                    if (failure != null && running) {
                        log.error("the dispatcher could not be started", failure);
                    }
                });
    }

    private void startParts() {
        sessions.apply();
        if (parts.deliver()) {
            registry.start();
        }
        if (parts.live().isEmpty()) {
            // Its part of the fleet's limits, which go by partitions: as if it owned one.
            lanes.setPartitions(1, topics.ready().join());
        }
        parts.live().ifPresent(LiveLoop::start);
        parts.retry().ifPresent(RetryEngine::start);
        parts.replay().ifPresent(ReplayEngine::start);
        parts.handOffs().ifPresent(HandOffPersistence::start);
        parts.history().ifPresent(AttemptHistory::start);
    }

    /** Reads and claims nothing more, lets what is under way end, hands off the rest, commits. */
    @Override
    public void stop() {
        parts.live().ifPresent(LiveLoop::stopReading);
        parts.retry().ifPresent(RetryEngine::stopClaiming);
        parts.replay().ifPresent(ReplayEngine::stopClaiming);
        try {
            awaitQuiet(drain);
            lanes.shutDown();
            awaitQuiet(Duration.ofSeconds(1));
            if (parts.live().isPresent()) {
                parts.live().get().finish();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (unsettled() > 0) {
            log.warn("{} deliveries were not settled in time; their records are read again", unsettled());
        }
        parts.replay().ifPresent(ReplayEngine::close);
        parts.retry().ifPresent(RetryEngine::close);
        parts.handOffs().ifPresent(HandOffPersistence::close);
        parts.history().ifPresent(AttemptHistory::close);
        running = false;
    }

    private int unsettled() {
        return parts.live().map(LiveLoop::unsettled).orElse(0);
    }

    private void awaitQuiet(Duration longest) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        while ((unsettled() > 0 || lanes.inFlight() > 0) && System.nanoTime() - deadline < 0) {
            TimeUnit.MILLISECONDS.sleep(STEP_MILLIS);
        }
    }

    @Override
    public boolean isRunning() { return running; }
}

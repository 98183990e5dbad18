package io.offhook.dispatcher;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.offhook.db.SchemaMigration;
import io.offhook.dispatcher.attempt.AttemptHistory;
import io.offhook.dispatcher.endpoint.EndpointRegistry;
import io.offhook.dispatcher.lane.Lanes;
import io.offhook.dispatcher.live.LiveLoop;
import io.offhook.dispatcher.retry.RetryEngine;
import io.offhook.runtime.TopicProvisioner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Starts and ends delivery in the order that loses nothing. */
final class Dispatcher implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
    private static final long STEP_MILLIS = 20;

    private final TopicProvisioner topics;
    private final SchemaMigration schema;
    private final EndpointRegistry registry;
    private final Lanes lanes;
    private final LiveLoop live;
    private final RetryEngine retry;
    private final AttemptHistory history;
    private final Duration drain;
    private volatile boolean running;

    Dispatcher(TopicProvisioner topics, SchemaMigration schema, EndpointRegistry registry, Lanes lanes, LiveLoop live,
            RetryEngine retry, AttemptHistory history,
            Duration drain) {
        this.topics = topics;
        this.schema = schema;
        this.registry = registry;
        this.lanes = lanes;
        this.live = live;
        this.retry = retry;
        this.history = history;
        this.drain = drain;
    }

    @Override
    public void start() {
        running = true;
        CompletableFuture.allOf(topics.ready(), schema.done()).thenRun(() -> {
            registry.start();
            live.start();
            retry.start();
            history.start();
        });
    }

    /** Reads and claims nothing more, lets what is under way end, hands off the rest, commits. */
    @Override
    public void stop() {
        live.stopReading();
        retry.stopClaiming();
        try {
            awaitQuiet(drain);
            lanes.shutDown();
            awaitQuiet(Duration.ofSeconds(1));
            live.finish();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (live.unsettled() > 0) {
            log.warn("{} deliveries were not settled in time; their records are read again", live.unsettled());
        }
        retry.close();
        history.close();
        running = false;
    }

    private void awaitQuiet(Duration longest) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        while ((live.unsettled() > 0 || lanes.inFlight() > 0) && System.nanoTime() - deadline < 0) {
            TimeUnit.MILLISECONDS.sleep(STEP_MILLIS);
        }
    }

    @Override
    public boolean isRunning() { return running; }
}

package io.offhook.dispatcher.replay;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.dispatcher.endpoint.EndpointRegistry;
import io.offhook.dispatcher.lane.Lanes;
import io.offhook.dispatcher.retry.HandOffs;
import io.offhook.dispatcher.retry.Rounds;
import io.offhook.model.Topics;
import io.offhook.runtime.events.EventTopic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionException;

/** Runs replays: takes those that nobody runs, a few at once, each on a thread of its own. */
public final class ReplayEngine implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ReplayEngine.class);
    private static final Duration KAFKA_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration SWEEP = Duration.ofHours(1);

    private final ReplayStore store;
    private final ReplaySettings settings;
    private final EndpointRegistry registry;
    private final Lanes lanes;
    private final HandOffs handOffs;
    private final Topics topics;
    private final Map<String, Object> clientProperties;
    private final ReplayMetrics metrics;
    private final Rounds rounds = new Rounds("replays", this::round);
    private final Map<UUID, Thread> running = new ConcurrentHashMap<>();
    private long nextSweepNanos = System.nanoTime();
    private volatile boolean stopping;

    /** @param clientProperties of a Kafka consumer, which joins no group */
    public ReplayEngine(Topics topics, Map<String, Object> clientProperties, JdbcClient jdbc,
            PlatformTransactionManager transactions, EndpointRegistry registry, Lanes lanes, HandOffs handOffs,
            ReplaySettings settings, MeterRegistry meters) {
        this.topics = topics;
        this.clientProperties = clientProperties;
        this.store = new ReplayStore(jdbc, transactions, settings.lease());
        this.registry = registry;
        this.lanes = lanes;
        this.handOffs = handOffs;
        this.settings = settings;
        this.metrics = new ReplayMetrics(meters);
        Gauge.builder("offhook.dispatcher.replays.running", running, Map::size).description("replays that run here")
                .register(meters);
    }

    public void start() {
        rounds.start();
    }

    private long round() {
        try {
            if (registry.newest().isPresent()) {
                claim();
                sweep();
            }
        } catch (DataAccessException | TransactionException e) {
            log.debug("no replay can be claimed: {}", NestedExceptionUtils.getMostSpecificCause(e).getMessage());
        } catch (RuntimeException e) {
            log.error("replays could not be looked for", e);
        }
        return settings.pollInterval().toNanos();
    }

    private void claim() {
        while (!stopping && running.size() < settings.maxRunning()) {
            Optional<ClaimedReplay> claimed = store.claim();
            if (claimed.isEmpty()) {
                return;
            }
            run(claimed.get());
        }
    }

    private void run(ClaimedReplay replay) {
        log.info("replay {} to endpoint {} runs here", replay.id(), replay.endpointId());
        var books = new ReplayBooks(store, replay, settings, () -> stopping);
        var sender = new ReplaySender(replay, books, registry, lanes, handOffs, metrics);
        var turn = new ReplayRun(replay, store, books, registry, this::open, topics.webhookRetries(), sender);
        Thread thread = Thread.ofVirtual().name("replay-" + replay.id()).unstarted(() -> {
            try {
                turn.run();
            } catch (DataAccessException | TransactionException e) {
                log.warn("the end of replay {} is not written; its lease runs out: {}", replay.id(),
                        NestedExceptionUtils.getMostSpecificCause(e).getMessage());
            } finally {
                running.remove(replay.lease());
            }
        });
        running.put(replay.lease(), thread);
        thread.start();
    }

    private EventTopic open() {
        return new EventTopic(topics.callEvents(), clientProperties, KAFKA_TIMEOUT, settings.lookBack());
    }

    private void sweep() {
        if (System.nanoTime() - nextSweepNanos >= 0) {
            store.removeEnded(settings.keepEnded());
            nextSweepNanos = System.nanoTime() + SWEEP.toNanos();
        }
    }

    /** Claims nothing more, and begins no other delivery. */
    public void stopClaiming() {
        stopping = true;
        rounds.close();
    }

    /** Lets what runs write how far it is, for 3 s at most. */
    @Override
    public void close() {
        stopClaiming();
        try {
            long deadline = System.nanoTime() + CLOSE_TIMEOUT.toNanos();
            for (Thread thread : running.values()) {
                if (!thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))) {
                    thread.interrupt();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package io.offhook.ingestor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.offhook.ingestor.call.ChannelEventReader;
import io.offhook.ingestor.call.LegTracker;
import io.offhook.ingestor.esl.EslConnection;
import io.offhook.ingestor.esl.NodeAddress;
import io.offhook.ingestor.publish.CallEventPublisher;
import io.offhook.ingestor.publish.LegsTopic;
import io.offhook.ingestor.publish.OpenLegs;
import io.offhook.runtime.TopicProvisioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** A connection to each node, one thread that follows the legs, one publisher: started and stopped as a whole. */
final class Ingestor implements SmartLifecycle {

    /** Few: per leg CREATE or ORIGINATE, ANSWER and HANGUP_COMPLETE; CHANNEL_UUID renames; HEARTBEAT shows life. */
    private static final List<String> EVENTS = List.of("CHANNEL_CREATE", "CHANNEL_ORIGINATE", "CHANNEL_ANSWER",
            "CHANNEL_HANGUP_COMPLETE", "CHANNEL_UUID", "HEARTBEAT", "SHUTDOWN");
    private static final Logger log = LoggerFactory.getLogger(Ingestor.class);
    private static final int MAX_LOOPS = 4;
    private static final long DRAIN_MILLIS = 5_000;

    private final List<NodeAddress> nodes;
    private final NodePasswords passwords;
    private final IngestorSettings settings;
    private final TopicProvisioner topics;
    private final CallEventPublisher publisher;
    private final IngestorMetrics metrics;
    private final OpenLegs openLegs;
    private final LegTracker tracker;
    private final List<EslConnection> connections = new ArrayList<>();
    private final BlockingQueue<NodeFeed.Heard> queue = new LinkedBlockingQueue<>();
    private final LegThread legs;
    private final Thread starter = Thread.ofVirtual().name("ingestor-start").unstarted(this::startListening);
    private EventLoopGroup loops;
    private volatile boolean running;

    Ingestor(FreeSwitchSettings freeSwitch, IngestorSettings settings, TopicProvisioner topics,
            CallEventPublisher publisher, LegsTopic legsTopic, OpenLegs openLegs, IngestorMetrics metrics) {
        this.nodes = freeSwitch.addresses();
        this.passwords = new NodePasswords(freeSwitch);
        this.settings = settings;
        this.topics = topics;
        this.publisher = publisher;
        this.openLegs = openLegs;
        this.metrics = metrics;
        this.tracker = new LegTracker(publisher, legsTopic, metrics, settings.tenantHold(), settings.closedLegMemory(),
                settings.loopbackLegs() == IngestorSettings.LoopbackLegs.INCLUDE);
        this.legs = new LegThread(queue, new ChannelEventReader(settings.tenantRules()), tracker, legsTopic, metrics);
    }

    @Override
    public void start() {
        running = true;
        loops = new MultiThreadIoEventLoopGroup(Math.clamp(nodes.size(), 1, MAX_LOOPS), NioIoHandler.newFactory());
        metrics.watch("offhook.ingestor.legs.open", "legs that have begun and not ended", tracker::openLegs);
        metrics.watch("offhook.ingestor.unacknowledged", "events that Kafka has not acknowledged yet",
                publisher::unacknowledged);
        metrics.watch("offhook.ingestor.rejected", "events that Kafka will never accept", publisher::rejected);
        for (NodeAddress node : nodes) {
            var feed = new NodeFeed(node.name(), settings.queueEvents(), queue, metrics);
            metrics.watch(feed);
            connections.add(
                    new EslConnection(node, passwords.of(node.name()), EVENTS, settings.timings(), loops.next(), feed));
        }
        if (nodes.isEmpty()) {
            log.warn(
                    "OFFHOOK_FREESWITCH_NODES: \"\" (expected: name=host:port, ...): there is no FreeSWITCH to listen to");
        }
        starter.start();
    }

    /** An event read before its topic exists would only wait in memory; one of a leg not yet found again would begin it anew. */
    private void startListening() {
        try {
            topics.ready().get();
            findOpenLegs();
            legs.start();
            connections.forEach(EslConnection::start);
        } catch (InterruptedException | CancellationException e) {
            log.debug("stopped before it began");
        } catch (ExecutionException e) {
            log.error("the ingestor does not listen, since the topics cannot be made", e.getCause());
        }
    }

    private void findOpenLegs() throws InterruptedException {
        while (true) {
            try {
                openLegs.read(() -> !running).forEach(tracker::restore);
                return;
            } catch (InterruptException e) {
                throw new InterruptedException(e.getMessage());
            } catch (KafkaException e) {
                log.warn("open legs cannot be read, trying again: {}", e.getMessage());
                TimeUnit.SECONDS.sleep(1);
            }
        }
    }

    @Override
    public void stop() {
        running = false;
        try {
            if (!starter.join(Duration.ofMillis(DRAIN_MILLIS))) {
                starter.interrupt();
            }
            connections.forEach(EslConnection::close);
            loops.shutdownGracefully(0, DRAIN_MILLIS, TimeUnit.MILLISECONDS).await(DRAIN_MILLIS);
            legs.stop(DRAIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() { return running; }
}

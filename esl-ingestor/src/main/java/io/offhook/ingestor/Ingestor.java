package io.offhook.ingestor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
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
import io.offhook.runtime.TopicProvisioner;
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
    private final LegTracker tracker;
    private final List<EslConnection> connections = new ArrayList<>();
    private EventLoopGroup loops;
    private LegThread legs;
    private volatile boolean running;

    Ingestor(FreeSwitchSettings freeSwitch, IngestorSettings settings, TopicProvisioner topics,
            CallEventPublisher publisher,
            IngestorMetrics metrics) {
        this.nodes = freeSwitch.addresses();
        this.passwords = new NodePasswords(freeSwitch);
        this.settings = settings;
        this.topics = topics;
        this.publisher = publisher;
        this.metrics = metrics;
        this.tracker = new LegTracker(publisher, metrics, settings.tenantHold(), settings.closedLegMemory(),
                settings.loopbackLegs() == IngestorSettings.LoopbackLegs.INCLUDE);
    }

    @Override
    public void start() {
        running = true;
        BlockingQueue<NodeFeed.Heard> queue = new LinkedBlockingQueue<>();
        legs = new LegThread(queue, new ChannelEventReader(settings.tenantRules()), tracker, metrics);
        legs.start();
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
        // An event read before its topic exists would only wait in memory.
        topics.ready().thenRun(() -> connections.forEach(EslConnection::start));
    }

    @Override
    public void stop() {
        connections.forEach(EslConnection::close);
        loops.shutdownGracefully(0, DRAIN_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly(DRAIN_MILLIS);
        try {
            legs.stop(DRAIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        running = false;
    }

    @Override
    public boolean isRunning() { return running; }
}

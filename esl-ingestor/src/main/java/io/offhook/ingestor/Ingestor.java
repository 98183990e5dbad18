package io.offhook.ingestor;

import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.offhook.ingestor.call.ChannelEvent;
import io.offhook.ingestor.call.ChannelEventReader;
import io.offhook.ingestor.call.LegTracker;
import io.offhook.ingestor.cdr.CdrFeed;
import io.offhook.ingestor.esl.CommandConnection;
import io.offhook.ingestor.esl.ConnectionState;
import io.offhook.ingestor.esl.EslConnection;
import io.offhook.ingestor.esl.EslCredentials;
import io.offhook.ingestor.esl.EslTimings;
import io.offhook.ingestor.esl.EventLoops;
import io.offhook.ingestor.esl.NodeAddress;
import io.offhook.ingestor.publish.TopicTail;
import io.offhook.runtime.TopicProvisioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Connections to the nodes, one thread that follows the legs, the topics read back: started and stopped as a whole. */
final class Ingestor implements SmartLifecycle {

    /** Few: per leg CREATE or ORIGINATE, ANSWER and HANGUP_COMPLETE; CHANNEL_UUID renames; HEARTBEAT shows life. */
    private static final List<String> EVENTS = List.of("CHANNEL_CREATE", "CHANNEL_ORIGINATE", "CHANNEL_ANSWER",
            "CHANNEL_HANGUP_COMPLETE", "CHANNEL_UUID", "HEARTBEAT", "SHUTDOWN");
    private static final Logger log = LoggerFactory.getLogger(Ingestor.class);
    /** One event loop reads some 80,000 events a second: more than that many serve more nodes than one thread can follow. */
    private static final int MAX_LOOPS = 4;
    /** A little longer than a leg waits for its originate from the topic. */
    private static final long DRAIN_MILLIS = 6_000;
    /** As often as FreeSWITCH's own. */
    private static final int TICKS_PER_HEARTBEAT = 20;

    private final NodeList nodeList;
    private final NodePasswords passwords;
    private final IngestorSettings settings;
    private final ReconciliationSettings reconciliation;
    private final TopicProvisioner topics;
    private final IngestorTopics io;
    private final IngestorMetrics metrics;
    private final Map<String, ListenedNode> nodes = new ConcurrentHashMap<>();
    private final Map<String, Reconciliation> reconciliations = new ConcurrentHashMap<>();
    private final LegTracker tracker;
    private final ChannelEventReader reader;
    private final SessionCounts sessions;
    private final NodeEvents nodeEvents;
    private final TopicSearch search;
    private final LegThread legs;
    private final CdrFeed cdrs;
    private final Thread starter = Thread.ofVirtual().name("ingestor-start").unstarted(this::startListening);
    private final Thread tail;
    private final EventLoopGroup loops = EventLoops.start(MAX_LOOPS);
    private final EventMemory eventMemory;
    private int ticks;
    private volatile boolean running;

    /** @param cdrsTaken whether FreeSWITCH sends CDRs, for which the closing of a leg then waits */
    Ingestor(FreeSwitchSettings freeSwitch, IngestorSettings settings, ReconciliationSettings reconciliation,
            boolean cdrsTaken, TopicProvisioner topics, IngestorTopics io, IngestorMetrics metrics,
            InstantSource clock) {
        this.nodeList = new NodeList(freeSwitch, InetAddress::getAllByName, new NodeList.Listener() {
            @Override
            public void onAdded(NodeAddress node) {
                addNode(node);
            }

            @Override
            public void onRemoved(NodeAddress node) {
                removeNode(node.name());
            }
        });
        this.passwords = new NodePasswords(freeSwitch);
        this.settings = settings;
        this.eventMemory = new EventMemory(settings.queueBytes(), Runtime.getRuntime().maxMemory());
        this.reconciliation = reconciliation;
        this.topics = topics;
        this.io = io;
        this.metrics = metrics;
        this.reader = new ChannelEventReader(settings.tenantRules());
        this.sessions = new SessionCounts(metrics);
        this.tracker = new LegTracker(io.publisher(), io.legsTopic(), sessions, clock,
                reconciliation.timings(settings, cdrsTaken),
                settings.loopbackLegs() == IngestorSettings.LoopbackLegs.INCLUDE, this::waitingCdr);
        this.nodeEvents = new NodeEvents(tracker, reader, io.legsTopic(), metrics, sessions, reconciliations,
                io.publisher()::hasRoom);
        this.search = new TopicSearch(io.lookup());
        this.legs = new LegThread(tracker, search);
        this.cdrs = io.cdrs(new Cdrs(legs, tracker, nodeEvents, io.publisher()::settled));
        this.tail = Thread.ofPlatform().name("topic-tail").unstarted(
                () -> io.tail().follow(this::readBack, () -> !running));
        legs.everyTick(this::tick);
    }

    @Override
    public void start() {
        running = true;
        metrics.watch("offhook.ingestor.legs.open", "legs that have begun and not ended", tracker::openLegs);
        metrics.watch("offhook.ingestor.unacknowledged", "events that Kafka has not acknowledged yet",
                io.publisher()::unacknowledged);
        metrics.watch("offhook.ingestor.rejected", "events that Kafka will never accept", io.publisher()::rejected);
        metrics.watch("offhook.ingestor.spool.events", "events on disk that wait for Kafka",
                io.publisher()::spooledEvents);
        metrics.watch("offhook.ingestor.spool.bytes", "size of the spool", io.publisher()::spoolBytes);
        metrics.watch("offhook.ingestor.spool.damaged", "damaged places found in the spool",
                io.publisher()::spoolDamaged);
        metrics.watch("offhook.ingestor.spool.failures", "times that the spool could not be written",
                io.publisher()::spoolFailures);
        metrics.watch("offhook.ingestor.unacknowledged.age.seconds",
                "how long the oldest event that Kafka has not acknowledged has waited",
                () -> io.publisher().oldestUnacknowledged().toMillis() / 1000.0);
        metrics.watch("offhook.ingestor.cdrs.waiting", "CDRs that wait for the events of their legs",
                cdrs::backlog);
        starter.start();
    }

    /** An event read before its topic exists would only wait in memory; one of a leg not yet found again would begin it anew. */
    private void startListening() {
        try {
            topics.ready().get();
            rebuild();
            legs.start();
            tail.start();
            cdrs.start();
            nodeList.start();
        } catch (InterruptedException | CancellationException e) {
            log.debug("stopped before it began");
        } catch (ExecutionException e) {
            log.error("the ingestor does not listen, since the topics cannot be made", e.getCause());
        }
    }

    private void rebuild() throws InterruptedException {
        while (running) {
            try {
                io.tail().rebuild(this::readBack, () -> !running);
                if (!running) {
                    // Stopped in the middle: half of what the topics say must not be acted on.
                    return;
                }
                tracker.resume(LegThread.millis());
                log.info("{} open legs found", tracker.openLegs());
                return;
            } catch (InterruptException e) {
                throw new InterruptedException(e.getMessage());
            } catch (KafkaException e) {
                log.warn("open legs cannot be read, trying again: {}", e.getMessage());
                TimeUnit.SECONDS.sleep(1);
            }
        }
    }

    /** What the topics tell. On the legs' thread, or before it has begun. */
    private void readBack(TopicTail.Entry entry) {
        long now = LegThread.millis();
        switch (entry) {
            case TopicTail.LegWritten written -> {
                // Whoever ends the leg strikes it off: the ingestor that has written it may have ended before.
                if (tracker.onJournal(written.leg(), now)) {
                    io.legsTopic().adopt(written.leg());
                }
            }
            case TopicTail.CoreHeard heard ->
                nodeEvents.heardElsewhere(heard.core(), heard.heartbeat(), heard.agoMillis());
            case TopicTail.Published published -> tracker.onTopic(published.event(), now);
        }
    }

    /** What other ingestors, and this one, have written since. The next is read when this is worked on. */
    private void readBack(List<TopicTail.Entry> entries) {
        var done = new CompletableFuture<Void>();
        legs.execute(() -> {
            try {
                entries.forEach(this::readBack);
            } finally {
                // Also after a bug with one entry: the topics are read on.
                done.complete(null);
            }
        });
        try {
            done.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private void tick() {
        long now = LegThread.millis();
        if (!io.tail().isCurrent()) {
            tracker.isBlind(now);
        }
        tracker.judgeCores(now);
        if (ticks++ % TICKS_PER_HEARTBEAT == 0) {
            nodeEvents.writeHeartbeats();
        }
    }

    private Optional<ChannelEvent> waitingCdr(String uuid) {
        return cdrs.waiting(uuid).map(cdr -> Cdrs.leg(cdr, nodeEvents));
    }

    private void addNode(NodeAddress address) {
        String name = address.name();
        EslCredentials credentials = passwords.of(name);
        EslTimings timings = settings.timings();
        EventLoop loop = loops.next();
        var commands = new CommandConnection(address, credentials, timings, loop);
        var feed = new NodeFeed(name, settings.queueEvents(), settings.queueBytes(), eventMemory, legs, nodeEvents,
                metrics);
        var events = new EslConnection(address, credentials, EVENTS, timings, loop, feed,
                () -> commands.api("status"));
        var asking = new Reconciliation(name, commands::api, legs, tracker, reader, reconciliation.pace());
        metrics.watch(feed, () -> sessions.lost(name));
        reconciliations.put(name, asking);
        nodes.put(name, new ListenedNode(feed, events, commands, asking));
        events.start();
    }

    /** Its legs go on: another node may recover them, and what is left of them is closed once its core is long silent. */
    private void removeNode(String name) {
        ListenedNode node = nodes.remove(name);
        reconciliations.remove(name);
        if (node != null) {
            node.close();
            metrics.forget(node.feed());
            log.info("node {}: no longer listened to", name);
        }
    }

    @Override
    public void stop() {
        running = false;
        try {
            if (!starter.join(Duration.ofMillis(DRAIN_MILLIS))) {
                starter.interrupt();
            }
            nodeList.close();
            List<ListenedNode> ended = new ArrayList<>(nodes.values());
            ended.forEach(ListenedNode::close);
            loops.shutdownGracefully(0, DRAIN_MILLIS, TimeUnit.MILLISECONDS).await(DRAIN_MILLIS);
            cdrs.close();
            if (tail.getState() != Thread.State.NEW) {
                tail.join(DRAIN_MILLIS);
            }
            legs.stop(DRAIN_MILLIS);
            search.stop();
            io.tail().close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Nodes whose events arrive. */
    long liveNodes() {
        return nodes.values().stream().filter(node -> node.feed().state() == ConnectionState.LIVE).count();
    }

    @Override
    public boolean isRunning() { return running; }
}

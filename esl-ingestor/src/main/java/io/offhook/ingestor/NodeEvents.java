package io.offhook.ingestor;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import io.offhook.ingestor.call.ChannelEvent;
import io.offhook.ingestor.call.ChannelEventReader;
import io.offhook.ingestor.call.LegTracker;
import io.offhook.ingestor.esl.EslEvent;
import io.offhook.ingestor.publish.CoreHeartbeat;
import io.offhook.ingestor.publish.LegsTopic;
import org.freeswitch.esl.client.transport.event.EslEventHeaderNames;

/** What the nodes say, worked on one event after the other: legs, signs of life, and whether the counts agree. On the legs' thread. */
final class NodeEvents implements NodeFeed.Outlet {

    /** Legs come and go between a heartbeat's count and its arrival; two heartbeats in a row are no coincidence. */
    private static final int DOUBTS = 2;
    /** Under load the counts hardly ever agree: then the node is asked every five minutes. */
    private static final int DOUBTS_AGAIN = 15;
    /** Each restart of a FreeSWITCH makes a core; CDRs of long dead ones name their node by its switchname. */
    private static final int MAX_CORES = 1_000;

    private static final long ROOM_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final class Node {
        private String core;
        private String switchname;
        private boolean live;
        private long aliveMicros;
        private int doubts;
    }

    private final Map<String, Node> nodes = new HashMap<>();
    private final Map<String, String> nodeByCore = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > MAX_CORES;
        }
    };
    private final Map<String, String> nodeBySwitchname = new HashMap<>();
    private final LegTracker tracker;
    private final ChannelEventReader reader;
    private final LegsTopic legsTopic;
    private final IngestorMetrics metrics;
    private final SessionCounts sessions;
    private final BooleanSupplier room;
    private final Map<String, Reconciliation> reconciliations;

    /**
     * @param reconciliations by node, as nodes come and go
     * @param room whether what follows from one more event can be published
     */
    NodeEvents(LegTracker tracker, ChannelEventReader reader, LegsTopic legsTopic, IngestorMetrics metrics,
            SessionCounts sessions, Map<String, Reconciliation> reconciliations, BooleanSupplier room) {
        this.tracker = tracker;
        this.reader = reader;
        this.legsTopic = legsTopic;
        this.metrics = metrics;
        this.sessions = sessions;
        this.room = room;
        this.reconciliations = reconciliations;
    }

    @Override
    public void event(NodeFeed feed, EslEvent event) {
        awaitRoom();
        long now = LegThread.millis();
        String name = event.name();
        String core = event.header(EslEventHeaderNames.CORE_UUID);
        long at = event.number(EslEventHeaderNames.EVENT_DATE_TIMESTAMP);
        metrics.heard(feed.node(), name == null ? "none" : name);
        Node node = node(feed.node());
        if (core != null) {
            hear(feed.node(), node, core, at, event);
        }
        tracker.heard(feed.node(), core, at, now);
        if ("HEARTBEAT".equals(name) && core != null) {
            heartbeat(feed.node(), node, event);
        } else if ("CHANNEL_CREATE".equals(name) && core != null) {
            sessions.created(feed.node(), core);
        }
        ChannelEvent leg = reader.read(feed.node(), event);
        if (leg != null) {
            tracker.on(leg, now);
        }
    }

    /** With memory and spool full nothing is worked on; the nodes' queues fill, their connections are closed, and a gap is counted. */
    private void awaitRoom() {
        while (!room.getAsBoolean() && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(ROOM_NANOS);
        }
    }

    private void hear(String name, Node node, String core, long at, EslEvent event) {
        if (!core.equals(node.core)) {
            node.core = core;
            node.aliveMicros = 0;
            node.doubts = 0;
            node.switchname = event.header("FreeSWITCH-Switchname");
            nodeByCore.put(core, name);
            if (node.switchname != null) {
                nodeBySwitchname.put(node.switchname, name);
            }
            writeHeartbeat(name, node);
        }
        node.aliveMicros = Math.max(node.aliveMicros, at);
    }

    /** FreeSWITCH's own counts: what it has had and what it has must be what was seen. */
    private void heartbeat(String name, Node node, EslEvent event) {
        sessions.heartbeat(name, node.core, event.number("Session-Since-Startup"));
        boolean agrees = event.header("Session-Count") == null
                || event.number("Session-Count") == tracker.openLegsOf(node.core);
        node.doubts = agrees ? 0 : node.doubts + 1;
        if (node.doubts % DOUBTS_AGAIN == DOUBTS) {
            doubt(name);
        }
    }

    private void doubt(String name) {
        Reconciliation reconciliation = reconciliations.get(name);
        if (reconciliation != null) {
            reconciliation.doubt();
        }
    }

    @Override
    public void live(NodeFeed feed) {
        node(feed.node()).live = true;
        tracker.nodeIsBack(feed.node());
        Reconciliation reconciliation = reconciliations.get(feed.node());
        if (reconciliation != null) {
            reconciliation.connected(LegThread.millis());
        }
    }

    @Override
    public void lost(NodeFeed feed) {
        node(feed.node()).live = false;
        Reconciliation reconciliation = reconciliations.get(feed.node());
        if (reconciliation != null) {
            reconciliation.lost();
        }
    }

    @Override
    public void damaged(NodeFeed feed) {
        doubt(feed.node());
    }

    /** Cores that are alive by this ingestor's connections, for the others to know; FreeSWITCH's own heartbeats may pause for an hour. */
    void writeHeartbeats() {
        long now = LegThread.millis();
        nodes.forEach((name, node) -> {
            if (node.live && node.core != null) {
                tracker.heard(name, node.core, 0, now);
                writeHeartbeat(name, node);
            }
        });
    }

    private void writeHeartbeat(String name, Node node) {
        legsTopic.heartbeat(node.core, new CoreHeartbeat(name, node.switchname, node.aliveMicros));
    }

    /** Another ingestor, or this one in an earlier run, has heard a core. */
    void heardElsewhere(String core, CoreHeartbeat heartbeat, long agoMillis) {
        nodeByCore.putIfAbsent(core, heartbeat.node());
        if (heartbeat.switchname() != null) {
            nodeBySwitchname.putIfAbsent(heartbeat.switchname(), heartbeat.node());
        }
        tracker.heardElsewhere(core, heartbeat.node(), heartbeat.heartbeatAt(), agoMillis, LegThread.millis());
    }

    /** The node whose core or whose switchname it is; else the switchname, which is the best that is known of it. */
    String nodeOf(String core, String switchname) {
        String node = nodeByCore.get(core);
        return node != null ? node : nodeBySwitchname.getOrDefault(switchname, switchname);
    }

    private Node node(String name) {
        return nodes.computeIfAbsent(name, _ -> new Node());
    }
}

package io.offhook.ingestor;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.offhook.ingestor.call.ChannelEvent;
import io.offhook.ingestor.call.ChannelEvent.Kind;
import io.offhook.ingestor.call.LegObserver;
import io.offhook.ingestor.call.LostLegs;

/** Counts each node's sessions as they are seen, and compares them with FreeSWITCH's own count; passes on what the tracker observes. */
final class SessionCounts implements LegObserver {

    private final Map<String, LostLegs> nodes = new ConcurrentHashMap<>();
    private final LegObserver observer;

    SessionCounts(LegObserver observer) {
        this.observer = observer;
    }

    /** A CHANNEL_CREATE: one per session, unless its INVITE was rejected. */
    void created(String node, String core) {
        of(node).seen(core);
    }

    void heartbeat(String node, String core, long sessionsSinceStartup) {
        of(node).heartbeat(core, sessionsSinceStartup);
    }

    /** Legs that nobody has reported, an estimate; from any thread. */
    long lost(String node) {
        return of(node).estimate();
    }

    private LostLegs of(String node) {
        return nodes.computeIfAbsent(node, _ -> new LostLegs());
    }

    @Override
    public void rejectedInvite(ChannelEvent event) {
        if (event.core() != null) {
            created(event.node(), event.core());
        }
        observer.rejectedInvite(event);
    }

    /** A session, too, of which no CHANNEL_CREATE was heard. */
    @Override
    public void foundMidway(ChannelEvent event) {
        if (event.core() != null && event.kind() != Kind.BEGIN && of(event.node()).isOf(event.core())) {
            created(event.node(), event.core());
        }
        observer.foundMidway(event);
    }

    @Override
    public void aliveAfterHangup(String node) {
        observer.aliveAfterHangup(node);
    }

    @Override
    public void reconciled(LegObserver.Reason reason) {
        observer.reconciled(reason);
    }
}

package io.offhook.dispatcher.lane;

import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** What a dispatcher knows of the way that a leg's earlier events have taken to each endpoint (R5). */
public final class LegAffinity {

    private final boolean whole;
    /** Nearly all legs never need the sets. */
    private volatile Set<UUID> handedOff = Set.of();
    /** Only of the thread that reads the events. */
    private Set<UUID> followed = Set.of();

    private LegAffinity(boolean whole) {
        this.whole = whole;
    }

    /** A leg of which this dispatcher sees all events, and nobody else has settled any. */
    public static LegAffinity ofWholeLeg() {
        return new LegAffinity(true);
    }

    /** A leg of which another dispatcher may have delivered events, or handed them off. */
    public static LegAffinity ofPartOfLeg() {
        return new LegAffinity(false);
    }

    /** The endpoint's later events must go by way of the retry path, since an earlier one does. */
    public boolean isHandedOff(UUID endpoint) {
        return handedOff.contains(endpoint);
    }

    public synchronized void handOff(UUID endpoint) {
        if (handedOff.isEmpty()) {
            handedOff = ConcurrentHashMap.newKeySet();
        }
        handedOff.add(endpoint);
    }

    /** The way of all that the endpoint has got, or is to get, of the leg so far is known here. */
    public boolean isFollowed(UUID endpoint) {
        return whole || followed.contains(endpoint);
    }

    public void follow(UUID endpoint) {
        if (!whole) {
            if (followed.isEmpty()) {
                followed = new HashSet<>();
            }
            followed.add(endpoint);
        }
    }

    /** Another dispatcher has settled an event of the leg that may be the endpoint's. */
    public void loseSight(UUID endpoint) {
        if (!followed.isEmpty()) {
            followed.remove(endpoint);
        }
    }
}

package io.offhook.dispatcher.lane;

import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The endpoints to which a leg's later events must go by way of the retry path, since an earlier one does (R5). */
public final class LegAffinity {

    /** Nearly all legs never need the set. */
    private volatile Set<UUID> handedOff = Set.of();

    public boolean isHandedOff(UUID endpoint) {
        return handedOff.contains(endpoint);
    }

    public synchronized void handOff(UUID endpoint) {
        if (handedOff.isEmpty()) {
            handedOff = ConcurrentHashMap.newKeySet();
        }
        handedOff.add(endpoint);
    }
}

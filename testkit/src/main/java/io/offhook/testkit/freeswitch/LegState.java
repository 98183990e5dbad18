package io.offhook.testkit.freeswitch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A leg while it is up. Changed by the core's thread, read by those that answer commands. */
final class LegState {
    private final String uuid;
    private final boolean outbound;
    private final List<Supplier<EventData>> history = new ArrayList<>();
    private volatile Supplier<EventData> latest;
    private volatile boolean up;
    private boolean silent;

    LegState(String uuid, boolean outbound) {
        this.uuid = uuid;
        this.outbound = outbound;
    }

    String uuid() {
        return uuid;
    }

    boolean outbound() {
        return outbound;
    }

    boolean up() {
        return up;
    }

    void up(boolean value) {
        up = value;
    }

    /** Whether it has ended without a word: nothing of it is told any more. */
    boolean silent() {
        return silent;
    }

    void silence() {
        silent = true;
        up = false;
    }

    void latest(Supplier<EventData> newer) {
        latest = newer;
        history.add(newer);
    }

    boolean hasBegun() {
        return !history.isEmpty();
    }

    /** All its events that carry variables, oldest first; for the core's thread. */
    List<Supplier<EventData>> history() {
        return List.copyOf(history);
    }

    /** The newest event of the leg that carries its variables. */
    EventData latest() {
        return latest.get();
    }
}

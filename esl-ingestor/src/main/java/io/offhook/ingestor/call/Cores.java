package io.offhook.ingestor.call;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The FreeSWITCH processes, by Core-UUID: which of them live, and which are dead for certain. A core is suspected when another core
 * answers at its node, or when no ingestor has heard it for long; it is dead when nothing has spoken for it in the time that an
 * operator has for {@code sofia recover}. Silence of one ingestor's own connection alone is no suspicion.
 */
final class Cores {

    private static final long ALIVE = Long.MAX_VALUE;
    /** Cores are judged once a second; a process that was frozen for longer has not heard what was said meanwhile. */
    private static final long FROZEN_MILLIS = 15_000;

    private static final class Core {
        private String node;
        private long heardMillis;
        private long heardHereMillis = Long.MIN_VALUE;
        /** By FreeSWITCH's clock. */
        private long aliveMicros;
        private long suspectSinceMillis = ALIVE;

        private Core(String node, long heardMillis) {
            this.node = node;
            this.heardMillis = heardMillis;
        }
    }

    private final Map<String, Core> cores = new HashMap<>();
    private final Map<String, String> coreAtNode = new HashMap<>();
    private final long unheardMillis;
    private final long graceMillis;
    private long judgedMillis;
    private long blindUntilMillis = Long.MIN_VALUE / 2;

    /**
     * @param unheard how long no ingestor has heard a core until it is suspected
     * @param grace how long after that its legs may still be recovered
     */
    Cores(Duration unheard, Duration grace) {
        this.unheardMillis = unheard.toMillis();
        this.graceMillis = grace.toMillis();
    }

    /** This ingestor hears the core at the node: whatever answered there before does no more. */
    void heard(String core, String node, long atMicros, long nowMillis) {
        String before = coreAtNode.put(node, core);
        if (before != null && !before.equals(core)) {
            suspect(before, nowMillis);
        }
        alive(core, node, atMicros, nowMillis);
        cores.get(core).heardHereMillis = nowMillis;
    }

    /** Another ingestor, or this one in an earlier run, heard the core. */
    void heardElsewhere(String core, String node, long atMicros, long heardMillis) {
        Core known = cores.get(core);
        // A core that another one has taken the place of is not brought back by what was written before.
        if (known == null || known.suspectSinceMillis == ALIVE || known.suspectSinceMillis < heardMillis) {
            alive(core, node, atMicros, heardMillis);
        }
    }

    private void alive(String core, String node, long atMicros, long heardMillis) {
        Core known = cores.computeIfAbsent(core, _ -> new Core(node, heardMillis));
        known.node = node;
        known.heardMillis = Math.max(known.heardMillis, heardMillis);
        known.aliveMicros = Math.max(known.aliveMicros, atMicros);
        known.suspectSinceMillis = ALIVE;
    }

    /** A leg names a core that nobody has spoken of yet. */
    void mentioned(String core, String node, long nowMillis) {
        cores.computeIfAbsent(core, _ -> new Core(node, nowMillis));
    }

    private void suspect(String core, long nowMillis) {
        Core known = cores.get(core);
        if (known != null && known.suspectSinceMillis == ALIVE) {
            known.suspectSinceMillis = nowMillis;
        }
    }

    /** The core that was last heard at the node by this ingestor; {@code null} when none was. */
    String at(String node) {
        return coreAtNode.get(node);
    }

    /** Whether the leg belongs to the core that was last heard at the node. */
    boolean has(TrackedLeg leg, String node) {
        return leg.core == null ? node.equals(leg.node) : leg.core.equals(coreAtNode.get(node));
    }

    /** Whether this ingestor has heard a core at the node since then. */
    boolean heardAtSince(String node, long sinceMillis) {
        Core core = cores.get(coreAtNode.get(node));
        return core != null && core.heardHereMillis >= sinceMillis;
    }

    /** What others hear cannot be known at present. */
    void blind(long nowMillis) {
        blindUntilMillis = nowMillis;
    }

    boolean lives(String core) {
        Core known = core == null ? null : cores.get(core);
        return known != null && known.suspectSinceMillis == ALIVE;
    }

    /** The last time by its own clock that the core was known alive, microseconds; 0 when unknown. */
    long aliveMicros(String core) {
        Core known = core == null ? null : cores.get(core);
        return known == null ? 0 : known.aliveMicros;
    }

    /** Cores whose grace has ended by now. To be called about once a second; {@link #forget} what was told. */
    List<String> dead(long nowMillis) {
        boolean frozen = nowMillis - judgedMillis > FROZEN_MILLIS;
        judgedMillis = nowMillis;
        cores.forEach((uuid, core) -> {
            if (nowMillis - Math.max(core.heardMillis, blindUntilMillis) >= unheardMillis) {
                suspect(uuid, nowMillis);
            }
            if (frozen && core.suspectSinceMillis != ALIVE) {
                core.suspectSinceMillis = nowMillis;
            }
        });
        return cores.entrySet().stream()
                .filter(core -> core.getValue().suspectSinceMillis != ALIVE
                        && nowMillis - core.getValue().suspectSinceMillis >= graceMillis)
                .map(Map.Entry::getKey).toList();
    }

    void forget(String core) {
        Core gone = cores.remove(core);
        if (gone != null) {
            coreAtNode.remove(gone.node, core);
        }
    }
}

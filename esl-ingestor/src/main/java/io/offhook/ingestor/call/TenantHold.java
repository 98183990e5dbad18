package io.offhook.ingestor.call;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.BiConsumer;

import io.offhook.model.EventId;

/** Holds an originate back for a moment while nobody has named its tenant; the leg's later events wait behind it. */
final class TenantHold {

    /** Bounds the look-up of held legs: when it is reached the oldest goes out without a tenant. */
    private static final int MAX_HELD = 10_000;

    private final LinkedHashMap<TrackedLeg, Long> held = new LinkedHashMap<>();
    private final long holdMillis;
    private final BiConsumer<TrackedLeg, LegOutput> publish;

    TenantHold(long holdMillis, BiConsumer<TrackedLeg, LegOutput> publish) {
        this.holdMillis = holdMillis;
        this.publish = publish;
    }

    void emit(TrackedLeg leg, List<LegOutput> outputs, long nowMillis) {
        boolean mustWait = leg.held != null
                || leg.leg.tenant() == null && holdMillis > 0 && beginsWithOriginate(outputs);
        if (!mustWait) {
            outputs.forEach(output -> publish.accept(leg, output));
            return;
        }
        if (leg.held == null) {
            leg.held = new ArrayList<>(outputs);
            held.put(leg, nowMillis + holdMillis);
        } else {
            leg.held.addAll(outputs);
        }
        if (leg.leg.tenant() != null) {
            release(leg);
        }
    }

    private static boolean beginsWithOriginate(List<LegOutput> outputs) {
        return !outputs.isEmpty() && outputs.getFirst().event().action().legSequence() == 0;
    }

    /** What one leg of a call has learnt goes to those of the same call that still wait for it. */
    void release(TrackedLeg leg) {
        if (held.remove(leg) == null) {
            return;
        }
        List<LegOutput> outputs = leg.held;
        leg.held = null;
        outputs.forEach(output -> publish.accept(leg, output));
        if (leg.leg.tenant() != null) {
            List<TrackedLeg> relatives = held.keySet().stream()
                    .filter(other -> other.leg.callId().equals(leg.leg.callId())).toList();
            for (TrackedLeg relative : relatives) {
                relative.leg = relative.leg.ofTenant(leg.leg.tenant());
                release(relative);
            }
        }
    }

    /** Another ingestor has said it meanwhile. */
    void said(TrackedLeg leg, EventId id) {
        if (leg.held != null) {
            leg.held.removeIf(output -> output.id().equals(id));
        }
    }

    void releaseDue(long nowMillis) {
        while (!held.isEmpty() && (held.firstEntry().getValue() <= nowMillis || held.size() > MAX_HELD)) {
            release(held.firstEntry().getKey());
        }
    }

    long nextMillis() {
        return held.isEmpty() ? Long.MAX_VALUE : held.firstEntry().getValue();
    }
}

package io.offhook.ingestor.call;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.offhook.ingestor.call.LegStateMachine.Note;
import io.offhook.ingestor.call.LegStateMachine.Parent;
import io.offhook.ingestor.call.LegStateMachine.Step;
import io.offhook.model.CallAction;

/**
 * All legs of all nodes: finds a leg by any of its names, gives it its call and tenant, and holds an originate back for a moment
 * while nobody has named its tenant. Not thread-safe: one thread feeds it, in the order in which each node speaks.
 */
public final class LegTracker {

    /** Counts what an operator wants to know. */
    public interface Observer {
        void rejectedInvite(String node);

        void aliveAfterHangup(String node);

        void foundMidway(String node);
    }

    /** A leg and what only the tracker needs of it. */
    private static final class Entry {
        private Leg leg;
        private final List<String> names = new ArrayList<>(1);
        /** Outputs that wait for the tenant; {@code null} when none do. */
        private List<LegOutput> held;
        private long forgetAtMillis;

        private Entry(Leg leg) {
            this.leg = leg;
        }
    }

    /** Bounds the look-up of held legs: when it is reached the oldest goes out without a tenant. */
    private static final int MAX_HELD = 10_000;

    private record Remembered(Entry entry, long untilMillis) {}

    private final LegStateMachine machine = new LegStateMachine();
    private final Map<String, Entry> legs = new HashMap<>();
    private final LinkedHashMap<Entry, Long> held = new LinkedHashMap<>();
    private final ArrayDeque<Remembered> closed = new ArrayDeque<>();
    private final CallEventSink sink;
    private final LegJournal journal;
    private final Observer observer;
    private final long tenantHoldMillis;
    private final long closedMemoryMillis;
    private final boolean includeLoopback;
    private int open;

    /**
     * @param journal where legs that go on are written down
     * @param tenantHold how long an originate waits for its tenant; zero for not at all
     * @param closedMemory how long an ended leg is remembered, so that late copies are known and a reused uuid is told apart
     */
    public LegTracker(CallEventSink sink, LegJournal journal, Observer observer, Duration tenantHold,
            Duration closedMemory,
            boolean includeLoopback) {
        this.sink = sink;
        this.journal = journal;
        this.observer = observer;
        this.tenantHoldMillis = tenantHold.toMillis();
        this.closedMemoryMillis = closedMemory.toMillis();
        this.includeLoopback = includeLoopback;
    }

    /** Legs that have begun and not ended. */
    public int openLegs() {
        return open;
    }

    /** Goes on with a leg of an earlier run; what of it is not published yet is published now. */
    public void restore(OpenLeg open) {
        var leg = new Leg(open.identity(), open.tenant(), open.callId(), open.callStart(), open.answerStart(),
                open.reuse(), false,
                true);
        var entry = new Entry(leg);
        open.names().forEach(name -> {
            if (legs.putIfAbsent(name, entry) == null) {
                entry.names.add(name);
            }
        });
        if (entry.names.isEmpty()) {
            return;
        }
        this.open++;
        machine.unpublished(leg, open.node(), open.published()).forEach(output -> publish(entry, output));
    }

    /** @param nowMillis of a clock that never goes back */
    public void on(ChannelEvent event, long nowMillis) {
        passTime(nowMillis);
        if (event.kind() == ChannelEvent.Kind.RENAME) {
            rename(event);
            return;
        }
        Entry parent = event.parentUuid() == null ? null : legs.get(event.parentUuid());
        learnTenantOfParent(parent, event.tenant());
        Entry entry = legs.get(event.uuid());
        Step step = machine.step(entry == null ? null : entry.leg, event, inheritance(parent, event.parentUuid()));
        count(step.note(), event.node());
        if (step.leg() == null) {
            return;
        }
        Leg before = entry == null ? null : entry.leg;
        Entry current = entry == null ? track(event.uuid(), step.leg()) : entry;
        current.leg = step.leg();
        followLife(current, before, nowMillis);
        emit(current, step.outputs(), nowMillis);
    }

    /** Releases what has waited long enough and forgets what ended long ago. */
    public void passTime(long nowMillis) {
        while (!held.isEmpty() && (held.firstEntry().getValue() <= nowMillis || held.size() > MAX_HELD)) {
            release(held.firstEntry().getKey());
        }
        while (!closed.isEmpty() && closed.getFirst().untilMillis() <= nowMillis) {
            forget(closed.removeFirst());
        }
    }

    /** When {@link #passTime} next has an originate to release; {@link Long#MAX_VALUE} when none is held. */
    public long nextReleaseMillis() {
        return held.isEmpty() ? Long.MAX_VALUE : held.firstEntry().getValue();
    }

    private Entry track(String uuid, Leg leg) {
        var entry = new Entry(leg);
        entry.names.add(uuid);
        legs.put(uuid, entry);
        return entry;
    }

    /** The leg keeps the uuid of its originate in body, id and key; the new name only finds it. */
    private void rename(ChannelEvent event) {
        Entry entry = event.formerUuid() == null ? null : legs.get(event.formerUuid());
        if (entry != null && legs.putIfAbsent(event.uuid(), entry) == null) {
            entry.names.add(event.uuid());
            journalRename(entry, event.node());
        }
    }

    private void journalRename(Entry entry, String node) {
        Leg leg = entry.leg;
        if (!leg.closed() && leg.published()) {
            journal.write(new OpenLeg(leg.identity(), entry.names, node, leg.tenant(), leg.callId(), leg.callStart(),
                    leg.answerStart(), leg.reuse(), null));
        }
    }

    private static Parent inheritance(Entry parent, String parentUuid) {
        if (parentUuid == null) {
            return Parent.NONE;
        }
        return parent == null ? new Parent(parentUuid, null) : new Parent(parent.leg.callId(), parent.leg.tenant());
    }

    /** A DID call arrives without a tenant; the leg that it creates is often the first to name it. */
    private void learnTenantOfParent(Entry parent, String tenant) {
        if (parent != null && tenant != null && parent.leg.tenant() == null && !parent.leg.closed()) {
            parent.leg = parent.leg.ofTenant(tenant);
            if (parent.held != null) {
                release(parent);
            }
        }
    }

    private void emit(Entry entry, List<LegOutput> outputs, long nowMillis) {
        if (!entry.leg.published() && !includeLoopback) {
            return;
        }
        boolean mustWait = entry.held != null
                || entry.leg.tenant() == null && tenantHoldMillis > 0 && beginsWithOriginate(outputs);
        if (!mustWait) {
            outputs.forEach(output -> publish(entry, output));
            return;
        }
        if (entry.held == null) {
            entry.held = new ArrayList<>(outputs);
            held.put(entry, nowMillis + tenantHoldMillis);
        } else {
            entry.held.addAll(outputs);
        }
        if (entry.leg.tenant() != null) {
            release(entry);
        }
    }

    private static boolean beginsWithOriginate(List<LegOutput> outputs) {
        return !outputs.isEmpty() && outputs.getFirst().event().action().legSequence() == 0;
    }

    /** What one leg of a call has learnt goes to those of the same call that still wait for it. */
    private void release(Entry entry) {
        held.remove(entry);
        List<LegOutput> outputs = entry.held;
        entry.held = null;
        outputs.forEach(output -> publish(entry, output));
        if (entry.leg.tenant() != null) {
            List<Entry> relatives = held.keySet().stream()
                    .filter(other -> other.leg.callId().equals(entry.leg.callId())).toList();
            for (Entry relative : relatives) {
                relative.leg = relative.leg.ofTenant(entry.leg.tenant());
                if (relative.held != null) {
                    release(relative);
                }
            }
        }
    }

    private void publish(Entry entry, LegOutput output) {
        Leg leg = entry.leg;
        if (output.event().action() == CallAction.ORIGINATE) {
            journal.write(new OpenLeg(leg.identity(), entry.names, output.node(), leg.tenant(), leg.callId(),
                    leg.callStart(), 0,
                    leg.reuse(), null));
        }
        sink.publish(output.id(), output.event(), output.node(), leg.tenant(), leg.callId(), output.inferred());
    }

    private void followLife(Entry entry, Leg before, long nowMillis) {
        boolean wasOpen = before != null && !before.closed();
        boolean isOpen = !entry.leg.closed();
        if (isOpen != wasOpen) {
            open += isOpen ? 1 : -1;
        }
        if (!isOpen && (before == null || wasOpen)) {
            entry.forgetAtMillis = nowMillis + closedMemoryMillis;
            closed.addLast(new Remembered(entry, entry.forgetAtMillis));
        }
    }

    /** A uuid that was reused since has begun a life of its own, with a later time to forget it at. */
    private void forget(Remembered remembered) {
        Entry entry = remembered.entry();
        if (entry.leg.closed() && entry.forgetAtMillis == remembered.untilMillis()) {
            entry.names.forEach(name -> legs.remove(name, entry));
        }
    }

    private void count(Note note, String node) {
        switch (note) {
            case REJECTED_INVITE -> observer.rejectedInvite(node);
            case ALIVE_AFTER_HANGUP -> observer.aliveAfterHangup(node);
            case FOUND_MIDWAY -> observer.foundMidway(node);
            case null -> {
            }
        }
    }
}

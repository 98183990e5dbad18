package io.offhook.ingestor.call;

import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import io.offhook.ingestor.call.ChannelEvent.Kind;
import io.offhook.ingestor.call.Inferences.Inference;
import io.offhook.ingestor.call.LegStateMachine.Step;
import io.offhook.ingestor.call.TrackedLeg.Search;
import io.offhook.ingestor.call.TrackedLeg.Waiting;

/**
 * All legs of all nodes: finds a leg by any of its names, gives it its call and tenant, and decides what must wait. What FreeSWITCH
 * says of a leg that is known goes out at once; what has to be inferred waits for its hold and then for the topic, which is asked
 * whether somebody has said it already (R2, R3). Not thread-safe: one thread feeds it, in the order in which each node speaks.
 * Times named millis are of a clock that never goes back, unless they say otherwise.
 */
public final class LegTracker {

    /** An older event may have been published by another ingestor, or by this one before it was frozen. */
    private static final long OLD_MILLIS = 60_000;
    /** How far before an event's time the topic is read: what clocks may differ by. */
    private static final long MARGIN_MILLIS = 60_000;

    private final LegTable legs;
    private final LegProgress progress;
    private final Inferences inferences = new Inferences();
    private final TopicSearches searches = new TopicSearches();
    private final Cores cores;
    private final NodeClocks clocks = new NodeClocks();
    private final CallEventSink sink;
    private final InstantSource wallClock;
    private final TrackerTimings timings;
    private final Function<String, Optional<ChannelEvent>> waitingCdrs;

    /**
     * @param journal where legs that go on are written down
     * @param waitingCdrs the CDR of a leg that has arrived and still waits
     */
    public LegTracker(CallEventSink sink, LegJournal journal, LegObserver observer, InstantSource wallClock,
            TrackerTimings timings, boolean includeLoopback, Function<String, Optional<ChannelEvent>> waitingCdrs) {
        this.sink = sink;
        this.wallClock = wallClock;
        this.timings = timings;
        this.waitingCdrs = waitingCdrs;
        this.legs = new LegTable(timings.closedMemory().toMillis(), timings.closedLegs());
        this.cores = new Cores(timings.coreUnheard(), timings.recoveryGrace());
        this.progress = new LegProgress(legs, cores, sink, journal, observer, timings.tenantHold(), includeLoopback);
    }

    /** Legs that have begun and not ended. */
    public int openLegs() {
        return legs.open().size();
    }

    /** Legs of one FreeSWITCH process that have begun and not ended, as it counts its sessions. */
    public long openLegsOf(String core) {
        return legs.open().stream().filter(leg -> core.equals(leg.core)).count();
    }

    /** The node speaks: at {@code atMicros} by its clock it was alive. */
    public void heard(String node, String core, long atMicros, long nowMillis) {
        clocks.heard(node, atMicros, wallClock.millis());
        if (core != null) {
            cores.heard(core, node, atMicros, nowMillis);
        }
    }

    /** Another ingestor, or this one in an earlier run, has heard the core, so many milliseconds ago. */
    public void heardElsewhere(String core, String node, long atMicros, long agoMillis, long nowMillis) {
        cores.heardElsewhere(core, node, atMicros, nowMillis - agoMillis);
    }

    /** The core that this ingestor last heard at the node; {@code null} when none was. */
    public String coreAt(String node) {
        return cores.at(node);
    }

    /** Whether the node has spoken since then, so that it is known which core answers there. */
    public boolean knowsCoreSince(String node, long sinceMillis) {
        return cores.heardAtSince(node, sinceMillis);
    }

    /** The topics cannot be read at present: what other ingestors hear is not known. */
    public void isBlind(long nowMillis) {
        cores.blind(nowMillis);
    }

    /**
     * The node's events arrive again: what is known of its legs is as old as the last word of their core, or older, if that was in doubt
     * already.
     */
    public void nodeIsBack(String node) {
        legs.open().stream().filter(leg -> node.equals(leg.node) && !leg.inDoubt).forEach(leg -> {
            leg.aliveMicros = Math.max(leg.aliveMicros, cores.aliveMicros(leg.core));
            leg.inDoubt = true;
        });
    }

    /** FreeSWITCH tells of something that happens. */
    public void on(ChannelEvent event, long nowMillis) {
        passTime(nowMillis);
        if (event.kind() == Kind.RENAME) {
            progress.rename(event);
            return;
        }
        progress.learnTenantOfParent(event);
        boolean old = event.at() > 0
                && clocks.wallMillis(event.node(), event.at()) < wallClock.millis() - OLD_MILLIS;
        take(event, old, nowMillis, () -> {}, nowMillis);
    }

    /** The leg as its node shows it now. */
    public void onDump(ChannelEvent dump, long nowMillis) {
        progress.noteLife(legs.find(dump.uuid()), dump, nowMillis);
        inferences.add(new Inference(dump, nowMillis, nowMillis + timings.inferenceHold().toMillis(), () -> {}));
    }

    /** @param done runs when all that the CDR supplies has been handed to the sink */
    public void onCdr(ChannelEvent cdr, Runnable done, long nowMillis) {
        inferences.add(new Inference(cdr, nowMillis, nowMillis, done));
    }

    /** What somebody has published. */
    public void onTopic(TopicEvent event, long nowMillis) {
        progress.read(event, nowMillis);
    }

    /**
     * A leg that another ingestor, or this one in an earlier run, has written down.
     *
     * @return whether the leg is open as far as is known
     */
    public boolean onJournal(OpenLeg written, long nowMillis) {
        TrackedLeg known = legs.find(written.identity().uuid());
        if (known == null) {
            TrackedLeg tracked = legs.add(written.identity().uuid());
            tracked.node = written.node();
            known = tracked;
        }
        if (known.leg == null) {
            legs.update(known, new Leg(written.identity(), written.tenant(), written.callId(), written.callStart(),
                    written.answerStart(), written.reuse(), written.published(), true), nowMillis);
        }
        if (!known.isOpen() || known.leg.callStart() != written.callStart()) {
            return false;
        }
        for (String name : written.names()) {
            legs.name(known, name);
        }
        // Of a leg that has not spoken here the core is a guess: that of its node, as far as this ingestor has heard.
        boolean guessed = known.seenMillis == Long.MIN_VALUE;
        if (written.core() != null && (guessed || !cores.lives(known.core))) {
            known.core = written.core();
            known.node = written.node();
            cores.mentioned(written.core(), written.node(), nowMillis);
        }
        return true;
    }

    /** After a start: what legs of the earlier run still owe is published, unless the topic has it (R2). */
    public void resume(long nowMillis) {
        for (TrackedLeg tracked : List.copyOf(legs.open())) {
            take(new Owed(tracked.names.getFirst(), tracked.node), true, nowMillis, () -> {}, nowMillis);
        }
    }

    /**
     * Compares the node's own list with what is known.
     *
     * @param listed uuids that the node shows
     * @param sinceMillis legs that FreeSWITCH has spoken of since then are alive whatever the list says: it lags behind
     * @param surely whether the list was made so long after the gap that what it shows did not end in it
     */
    public SnapshotQuestions compare(String node, Collection<String> listed, long sinceMillis, boolean surely) {
        return SnapshotQuestions.of(node, listed, legs, cores, sinceMillis, surely);
    }

    /** The node was asked and has the leg. */
    public void exists(String uuid, String node) {
        TrackedLeg leg = legs.find(uuid);
        if (leg != null && cores.has(leg, node)) {
            leg.inDoubt = false;
        }
    }

    /** The node was asked twice and knows no such leg. @param askedMillis when it was asked first */
    public void denied(String uuid, String node, long askedMillis, long nowMillis) {
        TrackedLeg leg = legs.find(uuid);
        if (leg != null && leg.isOpen() && leg.seenMillis < askedMillis && cores.has(leg, node)) {
            inferences.add(new Inference(new Closing(uuid, leg.node, leg.aliveMicros, Closing.DENIED), askedMillis,
                    nowMillis + timings.closingHold().toMillis(), () -> {}));
        }
    }

    /** Releases what has waited long enough, judges cores that are long silent, and forgets what ended long ago. */
    public void passTime(long nowMillis) {
        progress.releaseDue(nowMillis);
        if (inferences.nextMillis() <= nowMillis && sink.caughtUp()) {
            inferences.due(nowMillis).forEach(inference -> infer(inference, nowMillis));
        }
        legs.forgetOld(nowMillis);
    }

    /** Closes the legs of cores that are dead for certain. To be called about once a second. */
    public void judgeCores(long nowMillis) {
        for (String core : cores.dead(nowMillis)) {
            long alive = cores.aliveMicros(core);
            legs.open().stream().filter(leg -> core.equals(leg.core)).toList()
                    .forEach(leg -> inferences.add(new Inference(new Closing(leg.leg.identity().uuid(), leg.node,
                            Math.max(alive, leg.aliveMicros), Closing.CORE_DEAD), nowMillis, nowMillis, () -> {})));
            cores.forget(core);
        }
    }

    /**
     * The ingestor ends: what FreeSWITCH itself has said and what waits for a tenant goes out, whatever is left of its time. Without
     * the topic's answer a leg that was found midway has the identity that its events give; its ids are the same.
     */
    public void releaseAll(long nowMillis) {
        for (TrackedLeg leg : searches.open()) {
            for (Waiting waiting : searches.end(leg).inputs) {
                if (waiting.input() instanceof ChannelEvent event && event.live()) {
                    progress.apply(leg, event, progress.step(leg, event), nowMillis);
                }
            }
        }
        progress.releaseDue(Long.MAX_VALUE);
    }

    /** When {@link #passTime} next has something to do; {@link Long#MAX_VALUE} when nothing waits, or only for the spool, which nobody can date. */
    public long nextDueMillis() {
        return sink.caughtUp() ? Math.min(progress.nextMillis(), inferences.nextMillis()) : progress.nextMillis();
    }

    /** Whether a leg waits for the topic's word. */
    public boolean isSearching() { return !searches.isEmpty(); }

    /** Legs by uuid that the topic must be asked for, and the append time, milliseconds since the epoch, to read from. */
    public Map<String, Long> questionsForTopic(long nowMillis) {
        return searches.due(nowMillis);
    }

    /** The topic's answer to {@link #questionsForTopic}. */
    public void onTopicAnswer(Collection<String> asked, Map<String, List<TopicEvent>> found, long nowMillis) {
        RuntimeException failure = null;
        for (String uuid : asked) {
            TrackedLeg leg = legs.find(uuid);
            if (leg == null || leg.search == null) {
                continue;
            }
            found.getOrDefault(uuid, List.of()).forEach(event -> onTopic(event, nowMillis));
            if (leg.leg != null || !searches.again(leg, nowMillis)) {
                try {
                    conclude(leg, nowMillis);
                } catch (RuntimeException e) {
                    // A bug with one leg: the others have the same answer, and would wait for it for ever.
                    failure = e;
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void infer(Inference inference, long nowMillis) {
        LegInput input = inference.input();
        TrackedLeg leg = legs.find(input.uuid());
        if (input instanceof Closing closing) {
            if (!stands(closing, leg, inference.sinceMillis())) {
                return;
            }
            input = leg.names.stream().map(waitingCdrs).flatMap(Optional::stream).<LegInput>map(cdr -> cdr)
                    .findFirst().orElse(input);
        } else if (input instanceof ChannelEvent event && event.kind() == Kind.DUMP && leg != null && leg.leg != null
                && leg.leg.closed() && leg.leg.callStart() == event.channelCreated()) {
            return;
        }
        take(input, true, inference.sinceMillis(), inference.done(), nowMillis);
    }

    /** Asked before the topic is and after it: its answer may take a while, in which the leg may speak. */
    private boolean stands(Closing closing, TrackedLeg leg, long sinceMillis) {
        if (leg == null || !leg.isOpen() || leg.seenMillis > sinceMillis) {
            return false;
        }
        // A denied leg whose core has died since may still be recovered: that is judged with the core. One whose core died but that
        // another ingestor saw recovered since has a core that lives.
        return closing.cause().equals(Closing.DENIED)
                ? leg.core == null || cores.lives(leg.core)
                : !cores.lives(leg.core);
    }

    private void take(LegInput input, boolean search, long sinceMillis, Runnable done, long nowMillis) {
        TrackedLeg known = legs.find(input.uuid());
        if (input instanceof ChannelEvent event) {
            progress.noteLife(known, event, nowMillis);
        }
        if (known != null && known.search != null) {
            known.search.inputs.add(new Waiting(input, sinceMillis, done));
            return;
        }
        Step step = progress.step(known, input);
        if (step.infers() || search && !step.outputs().isEmpty()) {
            TrackedLeg tracked = known == null ? legs.add(input.uuid()) : known;
            if (known == null && input instanceof ChannelEvent event) {
                progress.noteLife(tracked, event, nowMillis);
            }
            seek(tracked, input, step, nowMillis).inputs.add(new Waiting(input, sinceMillis, done));
        } else {
            progress.apply(known, input, step, nowMillis);
            done.run();
        }
    }

    private Search seek(TrackedLeg leg, LegInput input, Step step, long nowMillis) {
        // FreeSWITCH speaks of a leg whose originate it has told somebody else, or nobody.
        boolean mayAppear = leg.leg == null && step.infers() && input instanceof ChannelEvent event && event.live();
        return searches.begin(leg, since(step, input), mayAppear ? timings.originateSearch().toMillis() : 0, nowMillis);
    }

    private long since(Step step, LegInput input) {
        long earliest = wallClock.millis();
        if (input instanceof Closing closing) {
            // Its end is a guess: the true one may have been told at any time since the leg was last heard of, here or elsewhere.
            long known = Math.max(step.leg().callStart(), step.leg().answerStart());
            earliest = Math.min(earliest, clocks.wallMillis(closing.node(), known));
        }
        for (LegOutput output : step.outputs()) {
            earliest = Math.min(earliest, clocks.wallMillis(output.node(), output.event().atMicros()));
        }
        return Math.max(0, earliest - MARGIN_MILLIS);
    }

    private void conclude(TrackedLeg leg, long nowMillis) {
        Search search = searches.end(leg);
        while (!search.inputs.isEmpty()) {
            Waiting waiting = search.inputs.removeFirst();
            if (waiting.input() instanceof Closing closing && !stands(closing, leg, waiting.sinceMillis())) {
                waiting.done().run();
                continue;
            }
            Step step = progress.step(leg, waiting.input());
            if (step.infers() && since(step, waiting.input()) < search.sinceMillis) {
                Search further = seek(leg, waiting.input(), step, nowMillis);
                further.inputs.add(waiting);
                further.inputs.addAll(search.inputs);
                return;
            }
            try {
                progress.apply(leg, waiting.input(), step, nowMillis);
            } finally {
                // Also of what cannot be worked on: a CDR that fails for a reason of its own would hold up all that come after it.
                waiting.done().run();
            }
        }
        if (leg.leg == null) {
            legs.drop(leg);
        }
    }
}

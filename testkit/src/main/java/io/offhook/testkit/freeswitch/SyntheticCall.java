package io.offhook.testkit.freeswitch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A call that goes through the events of its template in their order and timing. Runs on the core's thread. */
final class SyntheticCall implements LiveCall {
    private final CallStage stage;
    private final CallTemplate template;
    private final CallBinding binding;
    private final List<LegState> legs = new ArrayList<>();
    private final CompletableFuture<Void> begun = new CompletableFuture<>();
    private final long startNanos = System.nanoTime();
    private int next;
    private int pausesDone;
    private boolean waiting;
    private boolean ended;
    private boolean hangUpWhenTalking;
    private boolean forcing;
    private boolean finished;
    private final CdrReports reports;
    /** Events of legs that wait for the answer to their CDR. */
    private final Map<LegState, List<TemplateEvent>> reporting = new HashMap<>();

    SyntheticCall(CallStage stage, CallTemplate template, CallBinding binding) {
        this.stage = stage;
        this.template = template;
        this.binding = binding;
        this.reports = new CdrReports(stage);
        for (int i = 0; i < template.legs().size(); i++) {
            legs.add(new LegState(binding.legUuid(i), template.shape().legs().get(i).outbound()));
        }
    }

    @Override
    public CallPlan plan() {
        return binding.plan();
    }

    @Override
    public List<LegState> legs() {
        return legs;
    }

    /** Done when the caller's leg exists, or never will. */
    CompletableFuture<Void> begun() {
        return begun;
    }

    /** Fires what is due and comes back for the rest. */
    void advance() {
        if (ended) {
            return;
        }
        List<TemplateEvent> events = template.events();
        while (next < events.size()) {
            TemplateEvent event = events.get(next);
            if (pausesDone < template.pauses().size() && template.pauses().get(pausesDone).event() == next) {
                beginPause(pausesDone);
                return;
            }
            long wait = binding.steadyMicros(event.offset()) - nowMicros();
            if (wait > 0) {
                stage.later(wait, this::advance);
                return;
            }
            next++;
            fire(event);
        }
        ended = true;
        finish();
    }

    private void finish() {
        if (ended && !forcing && reporting.isEmpty() && !finished) {
            finished = true;
            stage.ended().accept(this);
        }
    }

    private void beginPause(int pause) {
        waiting = true;
        if (hangUpWhenTalking) {
            endPauseNow(CallShape.Wait.TALK);
            return;
        }
        CallTemplate.Pause captured = template.pauses().get(pause);
        long micros = (captured.kind() == CallShape.Wait.RING ? plan().ring() : plan().talk()).toNanos() / 1000;
        if (!plan().talk().equals(CallPlan.UNTIL_TOLD) || captured.kind() == CallShape.Wait.RING) {
            long left = Math.max(0, binding.steadyMicros(captured.from()) + micros - nowMicros());
            stage.later(left, () -> endPause(pause, micros));
        }
    }

    private void endPause(int pause, long micros) {
        if (!ended && waiting && pausesDone == pause) {
            waiting = false;
            binding.pauseTook(pause, micros);
            pausesDone++;
            advance();
        }
    }

    /** Ends the pause that the call is in, if it is of that kind; tells whether it was. */
    private boolean endPauseNow(CallShape.Wait kind) {
        if (!waiting || template.pauses().get(pausesDone).kind() != kind) {
            return false;
        }
        CallTemplate.Pause pause = template.pauses().get(pausesDone);
        endPause(pausesDone, Math.max(0, nowMicros() - binding.steadyMicros(pause.from())));
        return true;
    }

    @Override
    public void answer() {
        endPauseNow(CallShape.Wait.RING);
    }

    @Override
    public void hangUp(String cause) {
        if (ended) {
            return;
        }
        int left = template.pauses().size() - pausesDone;
        boolean lastTalk = left == 1 && template.pauses().getLast().kind() == CallShape.Wait.TALK;
        if (cause.equals("NORMAL_CLEARING") && (left == 0 || lastTalk)) {
            // What the template has behind its last conversation is this very hangup; between answer and bridge it waits some 20 ms.
            hangUpWhenTalking = true;
            endPauseNow(CallShape.Wait.TALK);
        } else {
            ended = true;
            begun.complete(null);
            forcing = true;
            stage.end(legs, cause, reports, () -> {
                forcing = false;
                finish();
            });
        }
    }

    @Override
    public boolean fellSilent() {
        boolean all = legs.stream().allMatch(leg -> leg.silent() || !leg.hasBegun());
        if (all) {
            ended = true;
            finished = true;
        }
        return all;
    }

    @Override
    public void clockStepped(long micros) {
        binding.clockStepped(next == 0 ? -1 : template.events().get(next - 1).offset(), micros);
    }

    @Override
    public void drop() {
        ended = true;
        begun.complete(null);
        reports.drop();
        legs.forEach(leg -> leg.up(false));
    }

    /** The call's own time goes on with the steady clock: a step of the wall clock does not reorder its events. */
    private long nowMicros() {
        return binding.startMicros() + elapsedMicros();
    }

    private long elapsedMicros() {
        return TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - startNanos);
    }

    private void fire(TemplateEvent event) {
        LegState leg = legs.get(event.leg());
        if (leg.silent()) {
            return;
        }
        List<TemplateEvent> waiting = reporting.get(leg);
        if (waiting != null) {
            waiting.add(event);
        } else if (event.name().equals("CHANNEL_HANGUP_COMPLETE") && reports.on()) {
            hungUp(event, leg);
            stage.channels().hungUp(leg.uuid());
            reporting.put(leg, new ArrayList<>(List.of(event)));
            reports.report(leg, () -> event.data(binding, 0), () -> reported(leg));
        } else {
            fireNow(event, leg, false);
        }
    }

    /** The answer to the leg's CDR is there: what has waited for it is fired, dated now. */
    private void reported(LegState leg) {
        reporting.remove(leg).forEach(event -> fireNow(event, leg, true));
        finish();
    }

    private void fireNow(TemplateEvent event, LegState leg, boolean late) {
        long sequence = stage.core().nextSequence();
        if (event.full()) {
            leg.latest(() -> event.data(binding, sequence));
        }
        follow(event, leg);
        if (stage.dispatcher().wanted(event.name(), "")) {
            stage.dispatcher().fire(late
                    ? new SwitchEvent.Plain(dated(event.data(binding, sequence)))
                    : new Templated(event, binding, sequence));
        }
    }

    private void follow(TemplateEvent event, LegState leg) {
        CallTemplate.LegTimes times = template.legs().get(event.leg());
        switch (event.name()) {
            case "CHANNEL_CREATE" -> {
                binding.session(event.leg(), stage.core().newSession());
                leg.up(true);
                stage.channels().put(leg.uuid(), leg::latest);
                stage.ledger().add(truth(event.leg(), binding.micros(times.created())));
                begun.complete(null);
            }
            case "CHANNEL_ANSWER" ->
                stage.ledger().change(leg.uuid(), truth -> truth.answered(binding.micros(times.answered())));
            case "CHANNEL_HANGUP_COMPLETE" -> {
                hungUp(event, leg);
                stage.channels().remove(leg.uuid());
            }
            default -> {
                // Tells nothing that the table or the ledger keep.
            }
        }
    }

    private void hungUp(TemplateEvent event, LegState leg) {
        CallTemplate.LegTimes times = template.legs().get(event.leg());
        leg.up(false);
        stage.ledger().ended(leg.uuid(), binding.coreUuid(), binding.micros(times.hangup()), times.cause());
    }

    /** An event is dated when it is made: behind the answer to the CDR, while the end of the leg stays what it was. */
    private EventData dated(EventData event) {
        long now = Math.max(Long.parseLong(event.text("Event-Date-Timestamp")), stage.core().nowMicros());
        return event.edit().set("Event-Date-Local", stage.core().local(now))
                .set("Event-Date-GMT", stage.core().gmt(now)).set("Event-Date-Timestamp", Long.toString(now)).build();
    }

    private LegTruth truth(int index, long created) {
        CallShape.Leg role = template.shape().legs().get(index);
        CallPlan plan = plan();
        return new LegTruth(binding.legUuid(index), binding.legUuid(0), plan.kind(), role.outbound(), plan.tenant(),
                role.tenantKnown(), binding.number(role.callee()), plan.caller(), plan.caller(), created, 0, 0, "",
                binding.coreUuid(), 0, false, List.of());
    }

    /** An event of this call, rendered when a client's writer comes to it. */
    private record Templated(TemplateEvent event, CallBinding binding, long sequence) implements SwitchEvent {
        @Override
        public String name() {
            return event.name();
        }

        @Override
        public String subclass() {
            return "";
        }

        @Override
        public EventData data() {
            return event.data(binding, sequence);
        }

        @Override
        public byte[] frame(EventFormat format) {
            return event.frame(format, binding, sequence);
        }
    }
}

package io.offhook.testkit.freeswitch;

import java.util.ArrayList;
import java.util.List;

/**
 * What one call puts into its templates: uuids, numbers, tenant, and the mapping of captured time to its own. Times of the capture
 * keep their distance; each long pause (ringing, talking) is stretched or shortened to what the call really took.
 */
final class CallBinding {
    private final CallPlan plan;
    private final CallTemplate template;
    private final SwitchCore core;
    private final String coreUuid;
    private final String switchname;
    private final long startMicros;
    private final long requestSequence;
    private final String[] legUuids;
    private final String[] otherUuids;
    private final long[] sessions;
    private final long[] shifts;
    private volatile List<Step> steps = List.of();

    CallBinding(CallPlan plan, CallTemplate template, SwitchCore core) {
        this.plan = plan;
        this.template = template;
        this.core = core;
        this.coreUuid = core.uuid();
        this.switchname = core.switchname();
        this.startMicros = core.nowMicros();
        this.requestSequence = core.nextSequence();
        this.legUuids = uuids(template.legs().size(), core);
        this.otherUuids = uuids(template.otherUuids(), core);
        this.sessions = new long[legUuids.length];
        this.shifts = new long[template.pauses().size()];
    }

    private static String[] uuids(int count, SwitchCore core) {
        String[] uuids = new String[count];
        for (int i = 0; i < count; i++) {
            uuids[i] = core.newUuid();
        }
        return uuids;
    }

    CallPlan plan() {
        return plan;
    }

    SwitchCore core() {
        return core;
    }

    String coreUuid() {
        return coreUuid;
    }

    String switchname() {
        return switchname;
    }

    long startMicros() {
        return startMicros;
    }

    long requestSequence() {
        return requestSequence;
    }

    String legUuid(int leg) {
        return legUuids[leg];
    }

    String otherUuid(int index) {
        return otherUuids[index];
    }

    long session(int leg) {
        return sessions[leg];
    }

    void session(int leg, long number) {
        sessions[leg] = number;
    }

    /** Sets how long a pause really took, in microseconds; to be called before the first event behind it is fired. */
    void pauseTook(int pause, long micros) {
        shifts[pause] = micros - template.pauses().get(pause).micros();
    }

    /** What happens behind that offset is dated by a clock that has been set by so much. */
    private record Step(long offset, long micros) {}

    void clockStepped(long offset, long micros) {
        List<Step> more = new ArrayList<>(steps);
        more.add(new Step(offset, micros));
        steps = List.copyOf(more);
    }

    /** The call's time for a time of the capture, as the core's clock showed it, both relative to the first event there. */
    long micros(long offset) {
        long micros = steadyMicros(offset);
        for (Step step : steps) {
            micros += offset > step.offset ? step.micros : 0;
        }
        return micros;
    }

    /** As {@link #micros}, by a clock that nobody sets; microseconds since the epoch. */
    long steadyMicros(long offset) {
        long micros = startMicros + offset;
        for (int i = 0; i < shifts.length && template.pauses().get(i).before(offset); i++) {
            micros += shifts[i];
        }
        return micros;
    }

    String number(CallShape.Party party) {
        return switch (party) {
            case CALLER -> plan.caller();
            case DIALLED -> plan.dialled();
            case EXTENSION_1 -> plan.extensions().get(0);
            case EXTENSION_2 -> plan.extensions().get(1);
            case EXTENSION_3 -> plan.extensions().get(2);
        };
    }

    String tenantLabel() {
        int dot = plan.tenant().indexOf('.');
        return dot < 0 ? plan.tenant() : plan.tenant().substring(0, dot);
    }
}

package io.offhook.api.call;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

import io.offhook.model.CallAction;
import io.offhook.model.CallEvent;
import io.offhook.model.LegIdentity;

/**
 * A row of {@code calls} on its way: as it was stored, then changed event by event. Of events with one id that with the lowest offset
 * counts, in whatever order they come, and one that comes again changes nothing that is right already: so a topic may be read any
 * number of times.
 */
final class Leg {

    final String leg;
    final UUID id;
    String uuid;
    String tenant;
    String callId;
    String node;
    String direction;
    String calleeNumber;
    String callerIdNumber;
    String ani;
    Instant callStart;
    Instant answerStart;
    Instant callEnd;
    long durationSec;
    String hangupCause;
    int partition;
    /** By {@link CallAction#legSequence()}; {@code null}: not seen. */
    final Long[] offsets = new Long[CallAction.values().length];
    /** Bits by {@link CallAction#legSequence()}. */
    int reconciled;
    private LegCount stored = LegCount.NONE;
    private Instant storedStart;

    Leg(String leg) {
        this.leg = leg;
        this.id = UUID.nameUUIDFromBytes(leg.getBytes(StandardCharsets.UTF_8));
    }

    /** Takes note that what it holds now is what the table has. */
    Leg asStored() {
        stored = count();
        storedStart = callStart;
        return this;
    }

    /** @return whether this is the event; {@code false} for a duplicate */
    boolean apply(TopicEvent seen) {
        int sequence = seen.message().action().legSequence();
        if (offsets[sequence] != null && offsets[sequence] < seen.offset()) {
            return false;
        }
        offsets[sequence] = seen.offset();
        partition = seen.partition();
        reconciled = seen.message().reconciled() ? reconciled | 1 << sequence : reconciled & ~(1 << sequence);
        if (seen.message().action() == CallAction.ORIGINATE || offset(CallAction.ORIGINATE) == null) {
            identify(seen);
        }
        switch (seen.event()) {
            case CallEvent.Originate originate -> callStart = instant(originate.callStart());
            case CallEvent.Answer answer -> {
                answerStart = instant(answer.answerStart());
                if (offset(CallAction.ORIGINATE) == null && offset(CallAction.HANGUP) == null) {
                    callStart = answerStart;
                }
            }
            case CallEvent.Hangup hangup -> hangUp(hangup);
        }
        return true;
    }

    private void identify(TopicEvent seen) {
        LegIdentity identity = seen.event().leg();
        uuid = seen.uuid();
        tenant = seen.tenant();
        callId = seen.callId();
        node = seen.node();
        direction = identity.direction() == null ? null : identity.direction().wireName();
        calleeNumber = TopicEvent.storable(identity.calleeNumber());
        callerIdNumber = TopicEvent.storable(identity.callerIdNumber());
        ani = TopicEvent.storable(identity.ani());
    }

    private void hangUp(CallEvent.Hangup hangup) {
        if (offset(CallAction.ORIGINATE) == null) {
            callStart = instant(hangup.callStart());
        }
        if (offset(CallAction.ANSWER) == null) {
            answerStart = hangup.answerStart() == null ? null : instant(hangup.answerStart());
        }
        callEnd = instant(hangup.callEnd());
        durationSec = hangup.durationSeconds();
        hangupCause = TopicEvent.storable(hangup.hangupCause());
    }

    Long offset(CallAction action) {
        return offsets[action.legSequence()];
    }

    /** The day of UTC that names its partition. */
    LocalDate day() {
        return LocalDate.ofInstant(callStart, ZoneOffset.UTC);
    }

    /** Where it lies in the table and must not stay; {@code null} when it is new or stays. */
    Instant leavesFrom() {
        return storedStart == null || storedStart.equals(callStart) ? null : storedStart;
    }

    /** What it counts for as it is stored. */
    LegCount stored() {
        return stored;
    }

    /** What it counts for as it is now. */
    LegCount count() {
        return new LegCount(1, tenant, callStart, answerStart != null, callEnd, durationSec, hangupCause);
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}

package io.offhook.model;

import java.util.Objects;

/**
 * One event of a leg, as webhooks tell it. All times are microseconds since the epoch, as FreeSWITCH counts them
 * ({@code Caller-Channel-Created-Time} and its siblings).
 */
public sealed interface CallEvent {

    LegIdentity leg();

    CallAction action();

    /** When it happened: the start, the answer or the end. */
    long atMicros();

    record Originate(LegIdentity leg, long callStart) implements CallEvent {
        public Originate {
            Objects.requireNonNull(leg, "leg");
        }

        @Override
        public CallAction action() {
            return CallAction.ORIGINATE;
        }

        @Override
        public long atMicros() {
            return callStart;
        }
    }

    record Answer(LegIdentity leg, long answerStart) implements CallEvent {
        public Answer {
            Objects.requireNonNull(leg, "leg");
        }

        @Override
        public CallAction action() {
            return CallAction.ANSWER;
        }

        @Override
        public long atMicros() {
            return answerStart;
        }
    }

    /**
     * @param answerStart {@code null} when the leg was never answered
     * @param hangupCause FreeSWITCH's {@code Hangup-Cause}, such as {@code NORMAL_CLEARING}
     */
    record Hangup(LegIdentity leg, long callStart, Long answerStart, long callEnd,
            String hangupCause) implements CallEvent {
        public Hangup {
            Objects.requireNonNull(leg, "leg");
            hangupCause = LegIdentity.given(hangupCause);
        }

        @Override
        public CallAction action() {
            return CallAction.HANGUP;
        }

        @Override
        public long atMicros() {
            return callEnd;
        }

        /** Whole seconds answered, cut and never below 0 (FreeSWITCH's clock can step back), 0 when never answered. */
        public long durationSeconds() {
            return answerStart == null ? 0 : Math.max(0, callEnd - answerStart) / 1_000_000;
        }
    }
}

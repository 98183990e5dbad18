package io.offhook.ingestor.call;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.offhook.ingestor.call.ChannelEvent.Kind;
import io.offhook.ingestor.call.LegStateMachine.Parent;
import io.offhook.ingestor.call.LegStateMachine.Step;
import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.CallEvent;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static io.offhook.ingestor.call.Legs.ANSWERED;
import static io.offhook.ingestor.call.Legs.CREATED;
import static io.offhook.ingestor.call.Legs.ENDED;
import static io.offhook.ingestor.call.Legs.event;
import static io.offhook.ingestor.call.Legs.leg;
import static org.assertj.core.api.Assertions.assertThat;

/** The state machine over every sequence of five things that can be learnt of a leg, likely or not: what must hold holds in each. */
class EveryOrderTest {

    private static final int LENGTH = 5;
    private static final LegIdentity IDENTITY = new LegIdentity("a", "100", "200", "200", CallDirection.INBOUND);

    private final LegStateMachine machine = new LegStateMachine();

    /** One by one as the first of a sequence, so that a failure names its beginning. */
    static Stream<LegInput> inputs() {
        return Stream.<LegInput>of(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"), event(Kind.END, "a"),
                event(Kind.OTHER, "a"), leg(Kind.END, "a").times(CREATED, 0, ENDED).make(),
                event(Kind.DUMP, "a"), leg(Kind.DUMP, "a").times(CREATED, ANSWERED, 0).make(),
                leg(Kind.BEGIN, "a").times(CREATED + 5_000_000, ANSWERED, 0).recovered().make(),
                event(Kind.CDR, "a"), new Closing("a", "fs1", ENDED, Closing.DENIED),
                published(new CallEvent.Originate(IDENTITY, CREATED)),
                published(new CallEvent.Answer(IDENTITY, ANSWERED)),
                published(new CallEvent.Hangup(IDENTITY, CREATED, ANSWERED, ENDED, "NORMAL_CLEARING")));
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void publishesACompletePrefixOnceAndNeverWhatStandsInTheTopic(LegInput first) {
        List<LegInput> all = inputs().toList();
        var sequence = new ArrayList<>(List.of(first));
        extend(sequence, all, () -> sequence.size() == LENGTH);
    }

    private void extend(List<LegInput> sequence, List<LegInput> all, Supplier<Boolean> complete) {
        if (complete.get()) {
            verify(sequence);
            return;
        }
        for (LegInput next : all) {
            sequence.addLast(next);
            extend(sequence, all, complete);
            sequence.removeLast();
        }
    }

    private void verify(List<LegInput> sequence) {
        Leg leg = null;
        Set<CallAction> known = new HashSet<>();
        boolean wasClosed = false;
        for (LegInput input : sequence) {
            if (input instanceof TopicEvent read) {
                // The topic holds complete prefixes, whoever writes: what is read later was there before.
                known.add(CallAction.ORIGINATE);
                known.add(read.event().action());
            }
            Step step = machine.step(leg, input, Parent.NONE);
            for (LegOutput output : step.outputs()) {
                CallAction action = output.event().action();
                check(known.add(action), sequence, "published twice: " + action);
                check(action == CallAction.ORIGINATE || known.contains(CallAction.ORIGINATE), sequence, "no originate");
                check(!wasClosed, sequence, "published after the hangup: " + action);
                check(output.id().equals(EventId.of("a", action)), sequence, "not the plain id");
                check(output.event().leg().equals(IDENTITY), sequence, "another identity");
                if (output.event() instanceof CallEvent.Hangup hangup) {
                    check((hangup.answerStart() != null) == known.contains(CallAction.ANSWER), sequence,
                            "the hangup and the answer disagree");
                }
            }
            leg = step.leg();
            check(leg != null || step.outputs().isEmpty(), sequence, "published for no leg");
            wasClosed = leg != null && leg.closed();
            check(!known.contains(CallAction.HANGUP) || wasClosed, sequence, "open after its hangup");
        }
    }

    private static void check(boolean holds, List<LegInput> sequence, String otherwise) {
        if (!holds) {
            assertThat(sequence.stream().map(EveryOrderTest::name)).as(otherwise).isNull();
        }
    }

    private static String name(LegInput input) {
        return switch (input) {
            case ChannelEvent event -> event.kind() + (event.answered() > 0 ? " answered" : "")
                    + (event.recovered() ? " recovered" : "");
            case TopicEvent read -> "topic " + read.event().action();
            case Closing _ -> "closing";
            case Owed _ -> "owed";
        };
    }

    private static TopicEvent published(CallEvent event) {
        return new TopicEvent(EventId.of("a", event.action()), event, "fs1", "a.example", "a");
    }
}

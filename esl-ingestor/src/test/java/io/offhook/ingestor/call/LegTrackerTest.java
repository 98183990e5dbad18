package io.offhook.ingestor.call;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.offhook.ingestor.call.ChannelEvent.Kind;
import io.offhook.model.CallAction;
import io.offhook.model.CallEvent;
import io.offhook.model.EventId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static io.offhook.ingestor.call.Legs.ANSWERED;
import static io.offhook.ingestor.call.Legs.CREATED;
import static io.offhook.ingestor.call.Legs.ENDED;
import static io.offhook.ingestor.call.Legs.event;
import static org.assertj.core.api.Assertions.assertThat;

class LegTrackerTest {

    private record Sent(String id, CallEvent event, String node, String tenant, String callId, boolean reconciled) {}

    private final List<Sent> sent = new ArrayList<>();
    private final CallEventSink sink = (EventId id, CallEvent event, String node, String tenant, String callId,
            boolean reconciled) -> sent.add(new Sent(id.value(), event, node, tenant, callId, reconciled));
    private final List<OpenLeg> journal = new ArrayList<>();
    private final Legs.Counts counts = new Legs.Counts();
    private final LegTracker tracker = new LegTracker(sink, journal::add, counts, Duration.ofMillis(250),
            Duration.ofMinutes(10),
            false);

    @Test
    void aLegIsOriginateAnswerHangup() {
        feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"), event(Kind.END, "a"));
        assertThat(ids()).containsExactly("a_originate", "a_answer", "a_hangup");
        assertThat(((CallEvent.Hangup) sent.get(2).event()).durationSeconds()).isEqualTo(7);
        assertThat(sent).allMatch(s -> !s.reconciled() && s.callId().equals("a") && s.tenant().equals("a.example"));
        assertThat(tracker.openLegs()).isZero();
    }

    @Test
    void identityIsThatOfTheOriginateWhateverATransferOrAFlipChanges() {
        feed(event(Kind.BEGIN, "a"), Legs.withNumbers(event(Kind.ANSWER, "a"), "999", "777"),
                Legs.withNumbers(event(Kind.END, "a"), "888", "666"));
        assertThat(sent).extracting(s -> s.event().leg().calleeNumber()).containsOnly("100");
        assertThat(sent).extracting(s -> s.event().leg().callerIdNumber()).containsOnly("200");
    }

    @Test
    void duplicatesAndLateEventsOfAClosedLegYieldNothing() {
        feed(event(Kind.BEGIN, "a"), event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"), event(Kind.ANSWER, "a"),
                event(Kind.END, "a"),
                event(Kind.END, "a"), event(Kind.BEGIN, "a"), event(Kind.OTHER, "a"));
        assertThat(ids()).containsExactly("a_originate", "a_answer", "a_hangup");
    }

    @Test
    void anAnswerThatWasMissedComesBeforeTheHangupAndIsMarked() {
        feed(event(Kind.BEGIN, "a"), event(Kind.END, "a"));
        assertThat(ids()).containsExactly("a_originate", "a_answer", "a_hangup");
        assertThat(sent).extracting(Sent::reconciled).containsExactly(false, true, false);
        assertThat(sent.get(1).event().atMicros()).isEqualTo(ANSWERED);
    }

    @Test
    void aLegFoundAtItsEndIsPublishedAsACompletePrefix() {
        feed(event(Kind.END, "a"));
        assertThat(ids()).containsExactly("a_originate", "a_answer", "a_hangup");
        assertThat(sent).extracting(Sent::reconciled).containsExactly(true, true, false);
        assertThat(sent.getFirst().event().atMicros()).isEqualTo(CREATED);
        assertThat(counts.foundMidway).isEqualTo(1);
    }

    @Test
    void aRejectedInviteIsNoCall() {
        feed(Legs.withTimes(event(Kind.END, "a"), 0, 0, 0));
        assertThat(sent).isEmpty();
        assertThat(counts.rejectedInvites).isEqualTo(1);
    }

    @Test
    void aRecoveredLegGoesOnWithItsFirstTimes() {
        feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"),
                Legs.recovered(event(Kind.BEGIN, "a"), CREATED + 5_000_000, ANSWERED),
                Legs.withTimes(event(Kind.END, "a"), CREATED + 5_000_000, ANSWERED, ENDED));
        assertThat(ids()).containsExactly("a_originate", "a_answer", "a_hangup");
        assertThat(((CallEvent.Hangup) sent.getLast().event()).callStart()).isEqualTo(CREATED);
    }

    @Test
    void aRecoveredLegThatNobodyKnowsBeginsAtItsCallerProfile() {
        feed(Legs.recovered(event(Kind.BEGIN, "a"), CREATED + 5_000_000, ANSWERED));
        assertThat(ids()).containsExactly("a_originate", "a_answer");
        assertThat(sent).allMatch(Sent::reconciled);
        assertThat(sent.getFirst().event().atMicros()).isEqualTo(CREATED);
    }

    @Test
    void aReusedUuidIsAnotherLegWithIdsOfItsOwn() {
        long later = CREATED + 60_000_000;
        feed(event(Kind.BEGIN, "a"), event(Kind.END, "a"), Legs.withTimes(event(Kind.BEGIN, "a"), later, 0, 0),
                Legs.withTimes(event(Kind.END, "a"), later, 0, later + 1));
        assertThat(ids()).containsExactly("a_originate", "a_answer", "a_hangup", "a-" + later + "_originate",
                "a-" + later + "_hangup");
        assertThat(tracker.openLegs()).isZero();
    }

    @Test
    void aClosedLegIsForgottenAfterItsTimeAndNotBefore() {
        tracker.on(event(Kind.BEGIN, "a"), 0);
        tracker.on(event(Kind.END, "a"), 0);
        tracker.on(event(Kind.END, "a"), Duration.ofMinutes(10).toMillis() - 1);
        assertThat(sent).hasSize(3);
        tracker.on(event(Kind.END, "a"), Duration.ofMinutes(10).toMillis());
        assertThat(sent).hasSize(6);
    }

    @Test
    void aRenamedLegKeepsTheUuidOfItsOriginate() {
        feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"), Legs.rename("a", "b"), event(Kind.END, "b"));
        assertThat(ids()).containsExactly("a_originate", "a_answer", "a_hangup");
        feed(Legs.rename("unknown", "c"), event(Kind.BEGIN, "c"));
        assertThat(ids()).endsWith("c_originate");
    }

    @Test
    void loopbackLegsAreNotPublishedButLeadToTheirRoot() {
        feed(event(Kind.BEGIN, "a"), Legs.loopback(Legs.withParent(event(Kind.BEGIN, "l"), "a")),
                Legs.withParent(event(Kind.BEGIN, "b"), "l"), Legs.loopback(event(Kind.END, "l")));
        assertThat(ids()).containsExactly("a_originate", "b_originate");
        assertThat(sent.getLast().callId()).isEqualTo("a");
    }

    @Test
    void theCallIsTheRootOfTheLegsThatCreatedIt() {
        feed(event(Kind.BEGIN, "a"), Legs.withParent(event(Kind.BEGIN, "b"), "a"),
                Legs.withParent(event(Kind.BEGIN, "c"), "b"),
                Legs.withParent(event(Kind.BEGIN, "d"), "stranger"));
        assertThat(sent).extracting(Sent::callId).containsExactly("a", "a", "a", "stranger");
    }

    @Test
    void anOriginateWithoutATenantWaitsForItsChildToNameIt() {
        tracker.on(Legs.withTenant(event(Kind.BEGIN, "a"), null), 0);
        assertThat(sent).isEmpty();
        assertThat(tracker.nextReleaseMillis()).isEqualTo(250);
        tracker.on(Legs.withParent(event(Kind.BEGIN, "b"), "a"), 20);
        assertThat(ids()).containsExactly("a_originate", "b_originate");
        assertThat(sent).extracting(Sent::tenant).containsOnly("a.example");
    }

    @Test
    void allLegsOfACallThatWaitLearnTheTenantTogether() {
        tracker.on(Legs.withTenant(event(Kind.BEGIN, "a"), null), 0);
        tracker.on(Legs.withTenant(Legs.withParent(event(Kind.BEGIN, "b"), "a"), null), 10);
        tracker.on(event(Kind.OTHER, "b"), 20);
        assertThat(ids()).containsExactlyInAnyOrder("a_originate", "b_originate");
        assertThat(sent).extracting(Sent::tenant).containsOnly("a.example");
    }

    @Test
    void anOriginateThatNobodyNamesGoesOutWithoutATenantAndLaterEventsWithTheOneLearnt() {
        tracker.on(Legs.withTenant(event(Kind.BEGIN, "a"), null), 0);
        tracker.on(Legs.withTenant(event(Kind.ANSWER, "a"), null), 100);
        assertThat(sent).isEmpty();
        tracker.passTime(250);
        assertThat(ids()).containsExactly("a_originate", "a_answer");
        tracker.on(event(Kind.END, "a"), 300);
        assertThat(sent).extracting(Sent::tenant).containsExactly(null, null, "a.example");
    }

    @Test
    void aLegInheritsTheTenantOfTheLegThatCreatedIt() {
        feed(event(Kind.BEGIN, "a"), Legs.withTenant(Legs.withParent(event(Kind.BEGIN, "b"), "a"), null));
        assertThat(sent).extracting(Sent::tenant).containsOnly("a.example");
    }

    @Test
    void aLegIsWrittenDownBeforeItsOriginateAndOnARename() {
        feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"), Legs.rename("a", "b"), event(Kind.END, "b"));
        assertThat(journal).extracting(OpenLeg::names).containsExactly(List.of("a"), List.of("a", "b"));
        assertThat(journal).allMatch(leg -> leg.callStart() == CREATED && leg.tenant().equals("a.example"));
    }

    @Test
    void aLegOfAnEarlierRunGoesOnWithWhatItIsAndOwesNothingTwice() {
        feed(event(Kind.BEGIN, "a"));
        OpenLeg written = journal.getFirst().publishedUpTo(CallAction.ORIGINATE, 0);
        sent.clear();
        var restarted = new LegTracker(sink, journal::add, counts, Duration.ofMillis(250), Duration.ofMinutes(10),
                false);
        restarted.restore(written);
        assertThat(sent).isEmpty();
        restarted.on(Legs.withNumbers(event(Kind.END, "a"), "999", "777"), 0);
        assertThat(ids()).containsExactly("a_answer", "a_hangup");
        assertThat(sent.getLast().event().leg().calleeNumber()).isEqualTo("100");
        assertThat(restarted.openLegs()).isZero();
    }

    @Test
    void aLegOfAnEarlierRunIsCompletedBeforeItGoesOn() {
        feed(event(Kind.BEGIN, "a"));
        OpenLeg written = journal.getFirst();
        sent.clear();
        new LegTracker(sink, journal::add, counts, Duration.ZERO, Duration.ofMinutes(10), false).restore(written);
        assertThat(ids()).containsExactly("a_originate");
        assertThat(sent).noneMatch(Sent::reconciled);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "null", value = {"Tenant-A.Example,tenant-a.example",
            "1000@tenant-a.example:5060,tenant-a.example",
            "192.0.2.7,null", "192.0.2.7:5060,null", "1000@192.0.2.7,null", "[fd00::2]:5060,null", "fd00::2,null",
            "'',null",
            "null,null", "localhost,localhost"})
    void aTenantIsADomainInLowerCaseAndNeverAnAddress(String header, String tenant) {
        assertThat(TenantRules.domain(header)).isEqualTo(tenant);
    }

    private void feed(ChannelEvent... events) {
        for (ChannelEvent event : events) {
            tracker.on(event, 0);
        }
    }

    private List<String> ids() {
        return sent.stream().map(Sent::id).toList();
    }
}

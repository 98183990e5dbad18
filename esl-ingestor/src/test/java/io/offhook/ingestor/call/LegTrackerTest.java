package io.offhook.ingestor.call;

import java.time.Duration;
import java.util.List;

import io.offhook.ingestor.call.ChannelEvent.Kind;
import io.offhook.model.CallAction;
import io.offhook.model.CallEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static io.offhook.ingestor.call.Legs.ANSWERED;
import static io.offhook.ingestor.call.Legs.CREATED;
import static io.offhook.ingestor.call.Legs.ENDED;
import static io.offhook.ingestor.call.Legs.event;
import static io.offhook.ingestor.call.Legs.leg;
import static org.assertj.core.api.Assertions.assertThat;

/** What FreeSWITCH itself says of legs, without a gap. */
class LegTrackerTest {

    private final Tracking t = new Tracking();

    @Test
    void aLegIsOriginateAnswerHangup() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"), event(Kind.END, "a"));
        assertThat(t.ids()).containsExactly("a_originate", "a_answer", "a_hangup");
        assertThat(((CallEvent.Hangup) t.sent.get(2).event()).durationSeconds()).isEqualTo(7);
        assertThat(t.sent).allMatch(s -> !s.reconciled() && s.callId().equals("a") && s.tenant().equals("a.example"));
        assertThat(t.tracker.openLegs()).isZero();
        assertThat(t.asked()).isEmpty();
    }

    @Test
    void identityIsThatOfTheOriginateWhateverATransferOrAFlipChanges() {
        t.feed(event(Kind.BEGIN, "a"), leg(Kind.ANSWER, "a").numbers("999", "777").make(),
                leg(Kind.END, "a").numbers("888", "666").make());
        assertThat(t.sent).extracting(s -> s.event().leg().calleeNumber()).containsOnly("100");
        assertThat(t.sent).extracting(s -> s.event().leg().callerIdNumber()).containsOnly("200");
    }

    @Test
    void duplicatesAndLateEventsOfAClosedLegYieldNothing() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"), event(Kind.ANSWER, "a"),
                event(Kind.END, "a"), event(Kind.END, "a"), event(Kind.BEGIN, "a"), event(Kind.OTHER, "a"));
        assertThat(t.ids()).containsExactly("a_originate", "a_answer", "a_hangup");
    }

    @Test
    void aRejectedInviteIsNoCall() {
        t.feed(leg(Kind.END, "a").times(0, 0, 0).make());
        assertThat(t.sent).isEmpty();
        assertThat(t.counts.rejectedInvites).isEqualTo(1);
    }

    @Test
    void aReusedUuidIsAnotherLegWithIdsOfItsOwn() {
        long later = CREATED + 60_000_000;
        t.feed(event(Kind.BEGIN, "a"), event(Kind.END, "a"), leg(Kind.BEGIN, "a").times(later, 0, 0).make(),
                leg(Kind.END, "a").times(later, 0, later + 1).make());
        assertThat(t.ids()).containsExactly("a_originate", "a_answer", "a_hangup", "a-" + later + "_originate",
                "a-" + later + "_hangup");
        assertThat(t.tracker.openLegs()).isZero();
    }

    @Test
    void aClosedLegIsRememberedForItsTimeAndThenAskedOfTheTopic() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"), event(Kind.END, "a"));
        t.after(Duration.ofMinutes(10).minusMillis(1)).feed(event(Kind.END, "a"));
        assertThat(t.asked()).isEmpty();
        t.after(Duration.ofMillis(1)).feed(event(Kind.END, "a"));
        assertThat(t.asked()).isNotEmpty();
    }

    @Test
    void aRenamedLegKeepsTheUuidOfItsOriginate() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"), Legs.rename("a", "b"), event(Kind.END, "b"));
        assertThat(t.ids()).containsExactly("a_originate", "a_answer", "a_hangup");
        t.feed(Legs.rename("unknown", "c"), event(Kind.BEGIN, "c"));
        assertThat(t.ids()).endsWith("c_originate");
    }

    @Test
    void loopbackLegsAreNotPublishedButLeadToTheirRoot() {
        t.feed(event(Kind.BEGIN, "a"), leg(Kind.BEGIN, "l").parent("a").loopback().make(),
                leg(Kind.BEGIN, "b").parent("l").make(), leg(Kind.END, "l").loopback().make()).settle();
        assertThat(t.ids()).containsExactly("a_originate", "b_originate");
        assertThat(t.sent.getLast().callId()).isEqualTo("a");
        assertThat(t.journal).extracting(OpenLeg::names).containsExactly(List.of("a"), List.of("b"));
    }

    @Test
    void theCallIsTheRootOfTheLegsThatCreatedIt() {
        t.feed(event(Kind.BEGIN, "a"), leg(Kind.BEGIN, "b").parent("a").make(),
                leg(Kind.BEGIN, "c").parent("b").make(), leg(Kind.BEGIN, "d").parent("stranger").make());
        assertThat(t.sent).extracting(Tracking.Sent::callId).containsExactly("a", "a", "a", "stranger");
    }

    @Test
    void anOriginateWithoutATenantWaitsForItsChildToNameIt() {
        t.feed(leg(Kind.BEGIN, "a").tenant(null).make());
        assertThat(t.sent).isEmpty();
        assertThat(t.tracker.nextDueMillis()).isEqualTo(250);
        t.now = 20;
        t.feed(leg(Kind.BEGIN, "b").parent("a").make());
        assertThat(t.ids()).containsExactly("a_originate", "b_originate");
        assertThat(t.sent).extracting(Tracking.Sent::tenant).containsOnly("a.example");
    }

    @Test
    void allLegsOfACallThatWaitLearnTheTenantTogether() {
        t.feed(leg(Kind.BEGIN, "a").tenant(null).make(), leg(Kind.BEGIN, "b").tenant(null).parent("a").make(),
                event(Kind.OTHER, "b"));
        assertThat(t.ids()).containsExactlyInAnyOrder("a_originate", "b_originate");
        assertThat(t.sent).extracting(Tracking.Sent::tenant).containsOnly("a.example");
    }

    @Test
    void anOriginateThatNobodyNamesGoesOutWithoutATenantAndLaterEventsWithTheOneLearnt() {
        t.feed(leg(Kind.BEGIN, "a").tenant(null).make());
        t.now = 100;
        t.feed(leg(Kind.ANSWER, "a").tenant(null).make());
        assertThat(t.sent).isEmpty();
        t.tracker.passTime(250);
        assertThat(t.ids()).containsExactly("a_originate", "a_answer");
        t.now = 300;
        t.feed(event(Kind.END, "a"));
        assertThat(t.sent).extracting(Tracking.Sent::tenant).containsExactly(null, null, "a.example");
    }

    @Test
    void whatIsWrittenDownOfALegThatEndsBeforeItIsToldHasItsNumbers() {
        t.feed(leg(Kind.BEGIN, "held").tenant(null).numbers("888", "666").make(),
                leg(Kind.END, "held").tenant(null).make());
        t.tracker.passTime(250);
        t.feed(leg(Kind.END, "at-once").numbers("888", "666").make()).after(Duration.ofMinutes(2));
        assertThat(t.ids()).contains("held_originate", "held_hangup", "at-once_originate", "at-once_hangup");
        assertThat(t.journal).extracting(written -> written.identity().calleeNumber()).containsExactly("888", "888");
    }

    @Test
    void aLegInheritsTheTenantOfTheLegThatCreatedIt() {
        t.feed(event(Kind.BEGIN, "a"), leg(Kind.BEGIN, "b").parent("a").tenant(null).make());
        assertThat(t.sent).extracting(Tracking.Sent::tenant).containsOnly("a.example");
    }

    @Test
    void aLegIsWrittenDownBeforeItsOriginateAndOnARename() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"), Legs.rename("a", "b"), event(Kind.END, "b"));
        assertThat(t.journal).extracting(OpenLeg::names).containsExactly(List.of("a"), List.of("a", "b"));
        assertThat(t.journal).allMatch(written -> written.callStart() == CREATED
                && written.tenant().equals("a.example") && written.core().equals("core-1"));
    }

    @Test
    void aLegOfAnEarlierRunGoesOnWithWhatItIsAndOwesNothingTwice() {
        t.feed(event(Kind.BEGIN, "a"));
        var restarted = new Tracking();
        restarted.tracker.onJournal(t.journal.getFirst().publishedUpTo(CallAction.ORIGINATE, 0), 0);
        restarted.tracker.resume(0);
        assertThat(restarted.sent).isEmpty();
        restarted.feed(event(Kind.ANSWER, "a"), leg(Kind.END, "a").numbers("999", "777").make());
        assertThat(restarted.ids()).containsExactly("a_answer", "a_hangup");
        assertThat(restarted.sent.getLast().event().leg().calleeNumber()).isEqualTo("100");
        assertThat(restarted.tracker.openLegs()).isZero();
    }

    @Test
    void aLegOfAnEarlierRunIsCompletedBeforeItGoesOn() {
        t.feed(event(Kind.BEGIN, "a"));
        var restarted = new Tracking();
        restarted.tracker.onJournal(t.journal.getFirst().publishedUpTo(CallAction.ORIGINATE, ANSWERED), 0);
        restarted.tracker.onJournal(new OpenLeg(t.journal.getFirst().identity(), List.of("a"), "fs1", "core-1",
                "a.example", "a", CREATED, 0, false, null), 0);
        restarted.tracker.resume(0);
        restarted.settle();
        assertThat(restarted.ids()).containsExactly("a_answer");
        assertThat(restarted.sent).noneMatch(Tracking.Sent::reconciled);
    }

    @Test
    void timesAreFreeSwitchsOwnToTheMicrosecond() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"), event(Kind.END, "a"));
        assertThat(t.sent).extracting(s -> s.event().atMicros()).containsExactly(CREATED, ANSWERED, ENDED);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "null", value = {"Tenant-A.Example,tenant-a.example",
            "1000@tenant-a.example:5060,tenant-a.example",
            "192.0.2.7,null", "192.0.2.7:5060,null", "1000@192.0.2.7,null", "[fd00::2]:5060,null", "fd00::2,null",
            "'',null", "null,null", "localhost,localhost"})
    void aTenantIsADomainInLowerCaseAndNeverAnAddress(String header, String tenant) {
        assertThat(TenantRules.domain(header)).isEqualTo(tenant);
    }
}

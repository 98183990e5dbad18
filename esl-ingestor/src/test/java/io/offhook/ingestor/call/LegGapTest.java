package io.offhook.ingestor.call;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.offhook.ingestor.call.ChannelEvent.Kind;
import io.offhook.ingestor.call.LegObserver.Reason;
import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.CallEvent;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;
import org.junit.jupiter.api.Test;

import static io.offhook.ingestor.call.Legs.ANSWERED;
import static io.offhook.ingestor.call.Legs.CREATED;
import static io.offhook.ingestor.call.Legs.ENDED;
import static io.offhook.ingestor.call.Legs.event;
import static io.offhook.ingestor.call.Legs.leg;
import static org.assertj.core.api.Assertions.assertThat;

/** Legs of which something was not heard: what may be inferred, when, and from what. */
class LegGapTest {

    private static final Duration SEARCH = Tracking.TIMINGS.originateSearch();
    private static final Duration GRACE = Tracking.TIMINGS.recoveryGrace();
    private static final Duration UNHEARD = Tracking.TIMINGS.coreUnheard();

    private final Tracking t = new Tracking();

    @Test
    void anAnswerThatWasMissedComesBeforeTheHangupAndIsMarked() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.END, "a"));
        assertThat(t.ids()).containsExactly("a_originate", "a_answer", "a_hangup");
        assertThat(t.sent).extracting(Tracking.Sent::reconciled).containsExactly(false, true, false);
        assertThat(t.sent.get(1).event().atMicros()).isEqualTo(ANSWERED);
        assertThat(t.counts.reconciled).containsExactly(Reason.LATER_EVENT);
    }

    @Test
    void theTopicIsAskedFromAMinuteBeforeTheEarliestEventThatIsInferred() {
        t.feed(event(Kind.BEGIN, "a"));
        t.wallMillis += 10_000;
        t.feed(event(Kind.END, "a"));
        assertThat(t.asked()).containsExactly(Map.of("a", ANSWERED / 1000 - 60_000));
    }

    @Test
    void aLegFoundAtItsEndWaitsForItsOriginateAndIsThenPublishedAsACompletePrefix() {
        t.feed(event(Kind.END, "a"));
        assertThat(t.sent).isEmpty();
        t.after(SEARCH.minusSeconds(1));
        assertThat(t.sent).isEmpty();
        t.after(Duration.ofSeconds(1));
        assertThat(t.ids()).containsExactly("a_originate", "a_answer", "a_hangup");
        assertThat(t.sent).extracting(Tracking.Sent::reconciled).containsExactly(true, true, false);
        assertThat(t.sent.getFirst().event().atMicros()).isEqualTo(CREATED);
        assertThat(t.counts.foundMidway).isEqualTo(1);
    }

    @Test
    void aLegWhoseOriginateIsInTheTopicTakesItsIdentityCallAndTenantFromThere() {
        var identity = new LegIdentity("a", "4930", "4940", "1", CallDirection.OUTBOUND);
        t.inTopic(new TopicEvent(EventId.of("a", CallAction.ORIGINATE), new CallEvent.Originate(identity, CREATED - 5),
                "fs1", "b.example", "root"));
        t.feed(event(Kind.ANSWER, "a"), event(Kind.END, "a"));
        assertThat(t.ids()).containsExactly("a_answer", "a_hangup");
        assertThat(t.sent).allMatch(s -> s.event().leg().equals(identity) && s.tenant().equals("b.example")
                && s.callId().equals("root") && !s.reconciled());
        assertThat(((CallEvent.Hangup) t.sent.getLast().event()).callStart()).isEqualTo(CREATED - 5);
    }

    @Test
    void anOriginateThatAppearsWhileALegWaitsForItIsTheOne() {
        t.feed(event(Kind.ANSWER, "a")).after(Duration.ofSeconds(1));
        t.inTopic(published(new CallEvent.Originate(identity("a"), CREATED))).after(Duration.ofSeconds(1));
        assertThat(t.ids()).containsExactly("a_answer");
    }

    @Test
    void whatFreeSwitchHasSaidOfALegThatTheTopicWasNotAskedForInTimeGoesOutAtTheEnd() {
        t.tracker.on(event(Kind.ANSWER, "a"), t.now);
        t.tracker.on(event(Kind.END, "a"), t.now);
        t.tracker.onDump(leg(Kind.DUMP, "b").make(), t.now);
        t.tracker.releaseAll(t.now);
        assertThat(t.ids()).containsExactly("a_originate", "a_answer", "a_hangup");
        assertThat(t.tracker.isSearching()).isFalse();
    }

    @Test
    void theNumberThatWasDialledIsToldNotWhatTheDialplanMadeOfIt() {
        t.feed(leg(Kind.DUMP, "a").numbers("1001", "200").firstCallee("+49301001").make())
                .after(Duration.ofSeconds(3));
        assertThat(t.sent.getFirst().event().leg().calleeNumber()).isEqualTo("+49301001");
    }

    @Test
    void whatSomebodyHasPublishedIsNotPublishedAgain() {
        t.feed(event(Kind.BEGIN, "a"));
        t.tracker.onTopic(published(new CallEvent.Originate(identity("a"), CREATED)), 0);
        t.tracker.onTopic(published(new CallEvent.Answer(identity("a"), ANSWERED)), 0);
        t.feed(event(Kind.ANSWER, "a"));
        t.tracker.onTopic(published(hangup("a")), 0);
        t.feed(event(Kind.END, "a"));
        assertThat(t.ids()).containsExactly("a_originate");
        assertThat(t.ended).containsExactly("a");
        assertThat(t.tracker.openLegs()).isZero();
    }

    @Test
    void anOriginateThatWaitsForItsTenantIsDroppedWhenAnotherIngestorHasSaidIt() {
        t.feed(leg(Kind.BEGIN, "a").tenant(null).make());
        t.tracker.onTopic(published(new CallEvent.Originate(identity("a"), CREATED)), 10);
        t.after(Duration.ofSeconds(1)).feed(event(Kind.ANSWER, "a"));
        assertThat(t.ids()).containsExactly("a_answer");
        assertThat(t.sent.getFirst().tenant()).isEqualTo("a.example");
    }

    @Test
    void anEventThatIsOldGoesOutOnlyWhenTheTopicLacksIt() {
        t.feed(leg(Kind.OTHER, "clock").date(CREATED + 1).make());
        t.after(Duration.ofSeconds(61));
        t.inTopic(published(new CallEvent.Originate(identity("a"), CREATED)));
        t.feed(leg(Kind.BEGIN, "a").date(CREATED + 1).make(), leg(Kind.BEGIN, "b").date(CREATED + 1).make());
        assertThat(t.ids()).containsExactly("b_originate");
        assertThat(t.sent).noneMatch(Tracking.Sent::reconciled);
        assertThat(t.asked()).isNotEmpty();
    }

    @Test
    void afterAStepOfTheNodesClockItsEventsAreNotOldForThat() {
        t.feed(event(Kind.BEGIN, "a"), leg(Kind.BEGIN, "b").date(CREATED - 3_600_000_000L).make());
        assertThat(t.ids()).containsExactly("a_originate", "b_originate");
        assertThat(t.asked()).isEmpty();
    }

    @Test
    void aNodeWhoseClockIsOffIsNotOldForThat() {
        t.wallMillis += 3_600_000;
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"), event(Kind.END, "a"));
        assertThat(t.asked()).isEmpty();
        assertThat(t.ids()).containsExactly("a_originate", "a_answer", "a_hangup");
    }

    @Test
    void aSnapshotTellsOfLegsThatBeganInTheGapAfterAHold() {
        t.feed(leg(Kind.DUMP, "a").times(CREATED, ANSWERED, 0).make());
        t.after(Duration.ofSeconds(1));
        assertThat(t.sent).isEmpty();
        t.after(Duration.ofSeconds(1));
        assertThat(t.ids()).containsExactly("a_originate", "a_answer");
        assertThat(t.sent).allMatch(Tracking.Sent::reconciled);
        assertThat(t.counts.reconciled).containsExactly(Reason.SNAPSHOT);
        t.feed(event(Kind.END, "a"));
        assertThat(t.ids()).endsWith("a_hangup");
        assertThat(t.sent.getLast().reconciled()).isFalse();
    }

    @Test
    void whatFreeSwitchSaysItselfMeanwhileIsNotInferred() {
        t.feed(event(Kind.BEGIN, "a"), leg(Kind.DUMP, "a").times(CREATED, ANSWERED, 0).make(),
                event(Kind.ANSWER, "a")).after(Duration.ofSeconds(3));
        assertThat(t.ids()).containsExactly("a_originate", "a_answer");
        assertThat(t.sent).noneMatch(Tracking.Sent::reconciled);
    }

    @Test
    void aSnapshotAsksForWhatIsNewWhatMayHaveBeenAnsweredAndWhatIsMissing() {
        t.feed(event(Kind.BEGIN, "ringing"), event(Kind.BEGIN, "talking"), event(Kind.ANSWER, "talking"),
                event(Kind.BEGIN, "gone"), leg(Kind.BEGIN, "elsewhere").at("fs2", "core-2").make());
        t.now = 1000;
        t.feed(event(Kind.BEGIN, "fresh"));
        SnapshotQuestions questions = t.tracker.compare("fs1", List.of("ringing", "talking", "new"), 1000, true);
        assertThat(questions.dump()).containsExactly("ringing", "new");
        assertThat(questions.ask()).containsExactly("gone");
    }

    @Test
    void aLegThatItsNodeDeniesEndsWhenItWasLastKnownAlive() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"));
        t.tracker.heard("fs1", "core-1", ANSWERED + 20_000_000, 0);
        gap();
        t.tracker.denied("a", "fs1", 1000, t.now);
        t.after(Duration.ofSeconds(29));
        assertThat(t.ids()).hasSize(2);
        t.after(Duration.ofSeconds(1));
        assertThat(t.ids()).endsWith("a_hangup");
        var hangup = (CallEvent.Hangup) t.sent.getLast().event();
        assertThat(hangup.callEnd()).isEqualTo(ANSWERED + 20_000_000);
        assertThat(hangup.hangupCause()).isEqualTo("NORMAL_UNSPECIFIED");
        assertThat(hangup.durationSeconds()).isEqualTo(20);
        assertThat(t.sent.getLast().reconciled()).isTrue();
        assertThat(t.counts.reconciled).containsExactly(Reason.DENIED);
    }

    @Test
    void aLegThatEndedInAGapWasLastKnownAliveBeforeItHoweverManyGapsFollow() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"), event(Kind.BEGIN, "b"), event(Kind.ANSWER, "b"));
        t.tracker.heard("fs1", "core-1", ANSWERED + 20_000_000, 0);
        gap();
        t.tracker.exists("b", "fs1");
        t.tracker.heard("fs1", "core-1", ANSWERED + 60_000_000, t.now);
        t.now = 2000;
        t.tracker.nodeIsBack("fs1");
        t.tracker.denied("a", "fs1", 2000, t.now);
        t.tracker.denied("b", "fs1", 2000, t.now);
        t.after(Duration.ofSeconds(31));
        assertThat(t.sent).filteredOn(s -> s.id().endsWith("_hangup")).extracting(s -> s.event().atMicros())
                .containsExactlyInAnyOrder(ANSWERED + 20_000_000, ENDED + 100_000_000);
    }

    @Test
    void aLegThatSpeaksAfterItWasDeniedLives() {
        t.feed(event(Kind.BEGIN, "a"));
        gap();
        t.tracker.denied("a", "fs1", 1000, t.now);
        t.after(Duration.ofSeconds(5)).feed(event(Kind.ANSWER, "a")).after(Duration.ofMinutes(2));
        assertThat(t.ids()).containsExactly("a_originate", "a_answer");
    }

    @Test
    void aDeniedLegWhoseCdrHasArrivedTakesItsTrueEnd() {
        t.feed(event(Kind.BEGIN, "a"));
        gap();
        t.waitingCdrs.put("a", event(Kind.CDR, "a"));
        t.tracker.denied("a", "fs1", 1000, t.now);
        t.after(Duration.ofSeconds(30));
        assertThat(t.ids()).containsExactly("a_originate", "a_answer", "a_hangup");
        assertThat(t.sent.getLast().event().atMicros()).isEqualTo(ENDED);
        assertThat(((CallEvent.Hangup) t.sent.getLast().event()).hangupCause()).isEqualTo("NORMAL_CLEARING");
        assertThat(t.sent.getLast().reconciled()).isTrue();
    }

    @Test
    void aHangupThatAnotherIngestorHasPublishedIsFoundBeforeOneIsInferred() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"));
        gap();
        t.inTopic(published(hangup("a")));
        t.tracker.denied("a", "fs1", 1000, t.now);
        t.after(Duration.ofSeconds(31));
        assertThat(t.ids()).containsExactly("a_originate", "a_answer");
        assertThat(t.tracker.openLegs()).isZero();
    }

    @Test
    void nothingIsInferredWhileTheSpoolHoldsWhatMaySayIt() {
        t.feed(event(Kind.BEGIN, "a"));
        gap();
        t.caughtUp = false;
        t.tracker.denied("a", "fs1", 1000, t.now);
        t.after(Duration.ofMinutes(5));
        assertThat(t.ids()).containsExactly("a_originate");
        t.caughtUp = true;
        t.after(Duration.ofSeconds(1));
        assertThat(t.ids()).containsExactly("a_originate", "a_hangup");
    }

    @Test
    void aCdrSuppliesAllThreeEventsOfALegThatNobodyHeard() {
        var done = new AtomicInteger();
        t.tracker.onCdr(event(Kind.CDR, "a"), done::incrementAndGet, t.now);
        t.after(Duration.ofSeconds(1));
        assertThat(t.ids()).containsExactly("a_originate", "a_answer", "a_hangup");
        assertThat(t.sent).allMatch(Tracking.Sent::reconciled);
        assertThat(done).hasValue(1);
        t.tracker.onCdr(event(Kind.CDR, "a"), done::incrementAndGet, t.now);
        t.after(Duration.ofSeconds(1));
        assertThat(t.sent).hasSize(3);
        assertThat(done).hasValue(2);
    }

    @Test
    void aCdrOfALegThatEndedAsItShouldSuppliesNothing() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"), event(Kind.END, "a"));
        t.tracker.onCdr(event(Kind.CDR, "a"), () -> {}, t.now);
        t.after(Duration.ofSeconds(1));
        assertThat(t.sent).hasSize(3).noneMatch(Tracking.Sent::reconciled);
    }

    @Test
    void theLegsOfADeadCoreEndWhenTheyWereLastKnownAliveOnceNobodyHasRecoveredThem() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"), event(Kind.BEGIN, "b"), event(Kind.ANSWER, "b"));
        t.tracker.heard("fs1", "core-1", ANSWERED + 3_000_000, t.now);
        t.after(Duration.ofSeconds(5));
        t.tracker.heard("fs1", "core-9", ANSWERED + 9_000_000, t.now);
        t.after(GRACE.dividedBy(2)).feed(leg(Kind.BEGIN, "b").at("fs1", "core-9")
                .times(CREATED + 70_000_000, ANSWERED, 0).recovered().make());
        t.after(GRACE.dividedBy(2).minusSeconds(1));
        assertThat(t.ids()).hasSize(4);
        t.after(Duration.ofSeconds(2));
        assertThat(t.ids()).endsWith("a_hangup").hasSize(5);
        var hangup = (CallEvent.Hangup) t.sent.getLast().event();
        assertThat(hangup.hangupCause()).isEqualTo("NETWORK_OUT_OF_ORDER");
        assertThat(hangup.callEnd()).isEqualTo(ANSWERED + 3_000_000);
        t.after(GRACE.multipliedBy(2)).feed(leg(Kind.END, "b").at("fs1", "core-9").recovered().make());
        assertThat(t.ids()).endsWith("b_hangup").hasSize(6);
        assertThat(((CallEvent.Hangup) t.sent.getLast().event()).callStart()).isEqualTo(CREATED);
    }

    @Test
    void aCoreThatAnotherIngestorHearsIsNotJudged() {
        t.feed(event(Kind.BEGIN, "a"));
        for (int i = 0; i < 100; i++) {
            t.after(Duration.ofSeconds(20));
            t.tracker.heardElsewhere("core-1", "fs1", CREATED, 0, t.now);
        }
        assertThat(t.ids()).containsExactly("a_originate");
    }

    @Test
    void aCoreThatNobodyHearsForLongIsDead() {
        t.feed(event(Kind.BEGIN, "a"));
        t.after(UNHEARD.plus(GRACE).minusSeconds(2));
        assertThat(t.ids()).containsExactly("a_originate");
        t.after(Duration.ofSeconds(4));
        assertThat(t.ids()).containsExactly("a_originate", "a_hangup");
    }

    @Test
    void whatOthersHearCannotBeKnownWhileTheTopicsCannotBeReadSoNobodyIsJudged() {
        t.feed(event(Kind.BEGIN, "a"));
        for (int i = 0; i < 3600; i++) {
            t.tracker.isBlind(t.now);
            t.after(Duration.ofSeconds(1));
        }
        assertThat(t.ids()).containsExactly("a_originate");
    }

    @Test
    void anIngestorThatWasFrozenJudgesNobodyOfWhomItMayHaveMissedTheRecovery() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"));
        t.after(Duration.ofSeconds(2));
        t.tracker.heard("fs1", "core-9", CREATED, t.now);
        t.after(Duration.ofSeconds(2));
        t.now += Duration.ofHours(1).toMillis();
        t.after(Duration.ofSeconds(30)).feed(leg(Kind.BEGIN, "a").at("fs2", "core-2").recovered().make());
        t.after(GRACE.multipliedBy(2));
        assertThat(t.ids()).containsExactly("a_originate", "a_answer");
    }

    @Test
    void aRecoveredLegGoesOnWithItsFirstTimes() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"),
                leg(Kind.BEGIN, "a").at("fs1", "core-9").times(CREATED + 5_000_000, ANSWERED, 0).recovered().make(),
                leg(Kind.END, "a").at("fs1", "core-9").times(CREATED + 5_000_000, ANSWERED, ENDED).recovered().make());
        assertThat(t.ids()).containsExactly("a_originate", "a_answer", "a_hangup");
        assertThat(((CallEvent.Hangup) t.sent.getLast().event()).callStart()).isEqualTo(CREATED);
        assertThat(t.journal.getLast().core()).isEqualTo("core-9");
    }

    @Test
    void aRecoveredLegThatNobodyKnowsBeginsAtItsCallerProfile() {
        t.feed(leg(Kind.BEGIN, "a").times(CREATED + 5_000_000, ANSWERED, 0).recovered().make());
        assertThat(t.sent).isEmpty();
        t.after(SEARCH);
        assertThat(t.ids()).containsExactly("a_originate", "a_answer");
        assertThat(t.sent).allMatch(Tracking.Sent::reconciled);
        assertThat(t.sent.getFirst().event().atMicros()).isEqualTo(CREATED);
    }

    @Test
    void aLegThatTwoCoresOwnEndsWithTheFirstHangupAndTheZombiesIsADuplicate() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"),
                leg(Kind.BEGIN, "a").at("fs2", "core-2").recovered().make(),
                leg(Kind.END, "a").at("fs2", "core-2").recovered().make(),
                leg(Kind.END, "a").times(CREATED, ANSWERED, ENDED + 4_000_000).make());
        assertThat(t.ids()).containsExactly("a_originate", "a_answer", "a_hangup");
        assertThat(t.sent.getLast().node()).isEqualTo("fs2");
    }

    @Test
    void theEndOnTheNodeThatTookALegOverCountsThoughItsTakingWasMissed() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"),
                leg(Kind.END, "a").at("fs2", "core-2").recovered().make());
        assertThat(t.ids()).endsWith("a_hangup");
    }

    @Test
    void aZombiesNodeThatShowsALegDoesNotTakeItFromTheCoreThatHasIt() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"),
                leg(Kind.BEGIN, "a").at("fs2", "core-2").recovered().make(), event(Kind.DUMP, "a"));
        t.after(Duration.ofSeconds(3));
        t.tracker.heard("fs1", "core-9", CREATED, t.now);
        for (int i = 0; i < 20; i++) {
            t.after(Duration.ofSeconds(20));
            t.tracker.heard("fs2", "core-2", CREATED, t.now);
        }
        assertThat(t.ids()).containsExactly("a_originate", "a_answer");
    }

    @Test
    void aLegOfANodeThatWasRestartedIsNotClosedBecauseTheNewCoreDeniesIt() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"));
        t.now = 1000;
        t.tracker.heard("fs1", "core-9", CREATED, t.now);
        assertThat(t.tracker.compare("fs1", List.of(), 1000, true).ask()).isEmpty();
        t.tracker.denied("a", "fs1", 1000, t.now);
        t.after(GRACE.minusSeconds(2));
        assertThat(t.ids()).hasSize(2);
    }

    @Test
    void aLegSeenAliveAfterItWasClosedIsCountedAndItsFirstHangupStands() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.END, "a"), event(Kind.ANSWER, "a"),
                leg(Kind.BEGIN, "a").at("fs2", "core-2").recovered().make());
        assertThat(t.ids()).containsExactly("a_originate", "a_answer", "a_hangup");
        assertThat(t.counts.aliveAfterHangup).isEqualTo(2);
    }

    private void gap() {
        t.now = 1000;
        t.tracker.nodeIsBack("fs1");
        t.tracker.heard("fs1", "core-1", ENDED + 100_000_000, t.now);
    }

    private static LegIdentity identity(String uuid) {
        return new LegIdentity(uuid, "100", "200", "200", CallDirection.INBOUND);
    }

    private static CallEvent hangup(String uuid) {
        return new CallEvent.Hangup(identity(uuid), CREATED, ANSWERED, ENDED, "NORMAL_CLEARING");
    }

    private static TopicEvent published(CallEvent event) {
        return new TopicEvent(EventId.of(event.leg().uuid(), event.action()), event, "fs1", "a.example",
                event.leg().uuid());
    }
}

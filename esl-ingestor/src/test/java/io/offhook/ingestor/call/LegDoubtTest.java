package io.offhook.ingestor.call;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.offhook.ingestor.call.ChannelEvent.Kind;
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

/** What is learnt while something is about to be inferred, and what looks like it but is about another life of the uuid. */
class LegDoubtTest {

    private static final Duration GRACE = Tracking.TIMINGS.recoveryGrace();

    private final Tracking t = new Tracking();

    @Test
    void aLegThatIsRecoveredWhileTheTopicIsAskedAboutItsEndGoesOn() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"));
        coreDies();
        askAboutItsLegs();
        assertThat(t.tracker.isSearching()).isTrue();
        t.feed(leg(Kind.BEGIN, "a").at("fs2", "core-2").recovered().make());
        assertThat(t.ids()).containsExactly("a_originate", "a_answer");
    }

    @Test
    void aHangupThatArrivesWhileTheTopicIsAskedAboutAnInferredOneIsTheOne() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"));
        coreDies();
        askAboutItsLegs();
        t.feed(event(Kind.END, "a"));
        assertThat(t.ids()).containsExactly("a_originate", "a_answer", "a_hangup");
        assertThat(t.sent.getLast().reconciled()).isFalse();
        assertThat(t.sent.getLast().event().atMicros()).isEqualTo(ENDED);
    }

    @Test
    void aLegThatAnotherIngestorSawRecoveredWhileTheSpoolWasEmptiedGoesOn() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"));
        coreDies();
        t.caughtUp = false;
        t.after(Duration.ofSeconds(5));
        t.tracker.heardElsewhere("core-2", "fs2", ANSWERED, 0, t.now);
        t.tracker.onJournal(written("a", "fs2", "core-2", CallAction.ANSWER), t.now);
        t.caughtUp = true;
        t.after(Duration.ofSeconds(5));
        assertThat(t.ids()).containsExactly("a_originate", "a_answer");
    }

    @Test
    void theCdrOfAUuidsEarlierLegDoesNotEndTheOneThatBearsItNow() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"), event(Kind.END, "a"));
        t.after(Duration.ofSeconds(20));
        t.feed(leg(Kind.BEGIN, "a").times(CREATED + 20_000_000, 0, 0).date(CREATED + 20_000_000).make());
        t.after(Duration.ofSeconds(10));
        t.tracker.onCdr(event(Kind.CDR, "a"), () -> {}, t.now);
        t.after(Duration.ofSeconds(5));
        assertThat(t.sent).hasSize(4);
        assertThat(t.tracker.openLegs()).isEqualTo(1);
    }

    @Test
    void theCdrOfAUuidsEarlierLegBeginsNoThirdOne() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"), event(Kind.END, "a"));
        t.after(Duration.ofSeconds(12));
        long again = CREATED + 12_000_000;
        t.feed(leg(Kind.BEGIN, "a").times(again, 0, 0).date(again).make(),
                leg(Kind.END, "a").times(again, 0, again + 2_000_000).date(again).make());
        assertThat(t.sent).hasSize(5);
        t.after(Duration.ofSeconds(18));
        t.tracker.onCdr(event(Kind.CDR, "a"), () -> {}, t.now);
        t.after(Duration.ofSeconds(5));
        assertThat(t.sent).hasSize(5);
    }

    @Test
    void theHangupOfALegThatEndedWhileTheIngestorWasAwayIsLookedForSinceTheLegWasLastKnownByIt() {
        t.tracker.onJournal(written("a", "fs1", "core-1", CallAction.ANSWER), t.now);
        t.tracker.heardElsewhere("core-1", "fs1", CREATED + 3_600_000_000L, 0, t.now);
        t.wallMillis += 3_600_000;
        t.now += 1000;
        t.tracker.nodeIsBack("fs1");
        t.tracker.heard("fs1", "core-1", CREATED + 3_600_000_000L, t.now);
        t.tracker.denied("a", "fs1", t.now, t.now);
        t.after(Duration.ofSeconds(31));
        assertThat(t.asked()).hasSize(1);
        assertThat(t.asked().getFirst().get("a")).isLessThanOrEqualTo(ANSWERED / 1000 - 60_000);
    }

    @Test
    void whatAnIngestorReadsAfterALongFreezeIsOld() {
        t.feed(event(Kind.BEGIN, "a"));
        t.now += Duration.ofMinutes(15).toMillis();
        t.wallMillis += Duration.ofMinutes(15).toMillis();
        t.inTopic(published(new CallEvent.Originate(identity("b"), CREATED + 1_000_000)));
        t.feed(leg(Kind.BEGIN, "b").times(CREATED + 1_000_000, 0, 0).date(CREATED + 1_000_000).make());
        assertThat(t.asked()).isNotEmpty();
        assertThat(t.ids()).containsExactly("a_originate");
    }

    @Test
    void whatALegOfAnEarlierRunStillOwesIsLookedForInTheTopicFirst() {
        t.inTopic(published(new CallEvent.Originate(identity("a"), CREATED)));
        t.tracker.onJournal(written("a", "fs1", "core-1", null), t.now);
        t.tracker.onJournal(written("b", "fs1", "core-1", null), t.now);
        t.tracker.resume(t.now);
        t.settle();
        assertThat(t.ids()).containsExactly("b_originate");
    }

    @Test
    void anOriginateIsToldAtOnceAlsoWhenAnotherIngestorHasWrittenTheLegDownAndSaidNothing() {
        t.tracker.onJournal(written("a", "fs1", "core-1", null), t.now);
        t.feed(event(Kind.BEGIN, "a"));
        assertThat(t.ids()).containsExactly("a_originate");
    }

    @Test
    void ofTheEndsOfALegThatTwoCoresOwnTheFirstStandsWhoeversItIs() {
        t.feed(event(Kind.BEGIN, "a"), event(Kind.ANSWER, "a"),
                leg(Kind.BEGIN, "a").at("fs2", "core-2").recovered().make());
        t.feed(event(Kind.END, "a"));
        t.feed(leg(Kind.END, "a").at("fs2", "core-2").times(CREATED, ANSWERED, ENDED + 5_000_000).recovered().make());
        assertThat(t.ids()).containsExactly("a_originate", "a_answer", "a_hangup");
        assertThat(t.sent.getLast().node()).isEqualTo("fs1");
    }

    @Test
    void aLegThatCannotBePublishedHoldsUpNoOtherThatWaitsForTheSameAnswer() {
        t.refused = "a_answer";
        t.feed(event(Kind.BEGIN, "a"), event(Kind.BEGIN, "b"));
        t.tracker.on(event(Kind.END, "a"), t.now);
        t.tracker.on(event(Kind.END, "b"), t.now);
        try {
            t.settle();
        } catch (IllegalStateException e) {
            // The thread that follows the legs says so in the log, and goes on.
        }
        t.settle();
        assertThat(t.ids()).contains("b_originate", "b_answer", "b_hangup");
    }

    @Test
    void aCdrWhoseLegCannotBeWorkedOnHoldsUpNoneThatIsDueWithIt() {
        t.refused = "a_originate";
        var done = new AtomicInteger();
        t.tracker.onCdr(event(Kind.CDR, "a"), done::incrementAndGet, t.now);
        t.tracker.onCdr(event(Kind.CDR, "b"), done::incrementAndGet, t.now);
        try {
            t.after(Duration.ofSeconds(1));
        } catch (IllegalStateException e) {
            // As above.
        }
        t.after(Duration.ofSeconds(1));
        assertThat(done).hasValue(2);
    }

    @Test
    void nothingIsDueAtOnceWhileInferencesWaitForTheSpool() {
        t.feed(leg(Kind.DUMP, "a").make());
        t.caughtUp = false;
        t.after(Duration.ofSeconds(10));
        assertThat(t.tracker.nextDueMillis()).isGreaterThan(t.now);
    }

    @Test
    void aLegOnACoreThatOnlyAnotherIngestorHearsIsNotTakenForOneOfTheCoreBefore() {
        t.tracker.heard("fs1", "core-1", CREATED, t.now);
        t.after(Duration.ofMinutes(1));
        t.tracker.heardElsewhere("core-9", "fs1", CREATED, 0, t.now);
        t.tracker.onTopic(published(new CallEvent.Originate(identity("a"), CREATED)), t.now);
        t.tracker.onJournal(written("a", "fs1", "core-9", CallAction.ORIGINATE), t.now);
        for (int i = 0; i < 60; i++) {
            t.after(Duration.ofSeconds(20));
            t.tracker.heardElsewhere("core-9", "fs1", CREATED, 0, t.now);
        }
        assertThat(t.sent).isEmpty();
        assertThat(t.tracker.openLegs()).isEqualTo(1);
    }

    private void coreDies() {
        t.after(Duration.ofSeconds(2));
        t.tracker.heard("fs1", "core-9", ANSWERED + 3_000_000, t.now);
        t.after(GRACE.minusSeconds(1));
    }

    /** The grace is over, and the topic takes its time to answer. */
    private void askAboutItsLegs() {
        t.now += 2000;
        t.wallMillis += 2000;
        t.tracker.judgeCores(t.now);
        t.tracker.passTime(t.now);
    }

    private static OpenLeg written(String uuid, String node, String core, CallAction published) {
        long answered = published == CallAction.ANSWER ? ANSWERED : 0;
        return new OpenLeg(identity(uuid), List.of(uuid), node, core, "a.example", uuid, CREATED, answered, false,
                published);
    }

    private static LegIdentity identity(String uuid) {
        return new LegIdentity(uuid, "100", "200", "200", CallDirection.INBOUND);
    }

    private static TopicEvent published(CallEvent event) {
        return new TopicEvent(EventId.of(event.leg().uuid(), event.action()), event, "fs1", "a.example",
                event.leg().uuid());
    }
}

package io.offhook.dispatcher.lane;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.offhook.dispatcher.AttemptResults;
import io.offhook.dispatcher.CallEvents;
import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.Endpoint;
import io.offhook.sender.AttemptResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LaneTest {

    private static final int QUEUE = 6;
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    /** Of the back-off: twice as long at the second, and so on. */
    private static final Duration STEP = Duration.ofHours(1);
    private static final Duration QUEUE_WAIT = Duration.ofSeconds(30);
    private static final LaneSettings SETTINGS = new LaneSettings(QUEUE, QUEUE_WAIT, 100, 1000, 5);

    private final List<String> book = new ArrayList<>();
    private final RecordedEvents events = new RecordedEvents();
    private final LaneLoad load = new LaneLoad(SETTINGS);
    private final Lane lane = lane(false);
    private long now = System.nanoTime();

    @BeforeEach
    void configure() {
        lane.configure(endpoint(4, null), 1, 1, now);
    }

    @Test
    void theEventsOfALegGoOneAfterTheOther() {
        offerLeg("a");
        var originate = next();
        assertThat(lane.next(now)).isNull();
        lane.ended(originate, AttemptResults.delivered());
        var answer = next();
        assertThat(answer.delivery().message().action()).isEqualTo(CallAction.ANSWER);
        lane.ended(answer, AttemptResults.delivered());
        lane.ended(next(), AttemptResults.delivered());
        assertThat(book).containsExactly("a_originate delivered", "a_answer delivered", "a_hangup delivered");
        assertThat(lane.isIdle()).isTrue();
    }

    @Test
    void aFailureSendsTheRestOfItsLegAfterItAndNothingOfOthers() {
        grow(4);
        offerLeg("a");
        offerLeg("b");
        var a = next();
        var b = next();
        lane.ended(a, AttemptResults.refused());
        assertThat(book).containsExactly("a_originate failed", "a_answer ordered", "a_hangup ordered");
        lane.ended(b, AttemptResults.delivered());
        assertThat(next().delivery().message().id().value()).isEqualTo("b_answer");
    }

    @Test
    void aLaterEventOfALegThatWasHandedOffFollowsIt() {
        var leg = leg("a");
        offer(leg.getFirst());
        lane.ended(next(), AttemptResults.serverError());
        offer(leg.get(1));
        assertThat(book).containsExactly("a_originate failed", "a_answer ordered");
        assertThat(lane.next(now)).isNull();
    }

    @Test
    void aFullQueueHandsOffNewLegsButNeverLetsOneEventPassAnother() {
        for (int i = 0; i < QUEUE; i++) {
            offer(leg("waits-" + i).getFirst());
        }
        var late = leg("late");
        offer(late.getFirst());
        offer(late.get(1));
        assertThat(book).containsExactly("late_originate queue_full", "late_answer ordered");
        book.clear();
        var held = RecordedDelivery.leg(CallEvents.leg("waits-0"), book);
        offer(held.get(1));
        assertThat(book).as("waits behind its originate, full or not").isEmpty();
        assertThat(lane.waiting()).isEqualTo(QUEUE + 1);
    }

    @Test
    void whatHasWaitedTooLongIsHandedOffExceptBehindWhatIsUnderWay() {
        offerLeg("under-way");
        var underWay = next();
        offerLeg("waits");
        now += QUEUE_WAIT.toNanos();
        assertThat(lane.next(now)).isNull();
        assertThat(book).as("so long it may").isEmpty();
        now++;
        lane.onFleetState(0, false, now, now);
        assertThat(book).containsExactly("waits_originate queue_full", "waits_answer ordered", "waits_hangup ordered");
        lane.ended(underWay, AttemptResults.delivered());
        assertThat(book).contains("under-way_originate delivered");
        assertThat(lane.waiting()).isEqualTo(2);
    }

    @Test
    void whatItsRateLetsWaitTooLongIsHandedOff() {
        lane.configure(endpoint(4, 1), 1, 100, now);
        offer(leg("first").getFirst());
        offer(leg("second").getFirst());
        lane.ended(next(), AttemptResults.delivered());
        assertThat(lane.next(now)).as("no token for 100 s").isNull();
        now += QUEUE_WAIT.toNanos() + 1;
        assertThat(lane.next(now)).isNull();
        assertThat(book).containsExactly("first_originate delivered", "second_originate rate_limited");
    }

    @Test
    void whatWaitsCountsAsEnoughOnlyWhileTheReceiverTakesSomething() {
        offerLeg("a");
        assertThat(lane.waitingWhileMoving(now)).as("it may just have begun").isEqualTo(3);
        next();
        assertThat(lane.waitingWhileMoving(now + SECOND)).as("it hangs, and must not slow the reading").isZero();
    }

    @Test
    void theFifthFailureOpensTheBreakerAndEmptiesTheQueueExceptBehindWhatIsUnderWay() {
        grow(4);
        var hanging = offerLeg("hanging");
        var underWay = next();
        failFour();
        offerLeg("fifth");
        var fifth = next();
        offerLeg("waiting");
        lane.ended(fifth, AttemptResults.tooMany(Duration.ofSeconds(7)));
        assertThat(lane.isOpen()).isTrue();
        assertThat(events.told).contains("opened PT7S");
        assertThat(book).contains("waiting_originate breaker_open", "waiting_answer breaker_open",
                "fifth_originate failed", "fifth_answer ordered");
        assertThat(hanging).allMatch(delivery -> delivery.ends() == 0);

        offerLeg("new");
        assertThat(book).contains("new_originate breaker_open", "new_answer ordered");
        lane.ended(underWay, AttemptResults.delivered());
        assertThat(book).contains("hanging_originate delivered", "hanging_answer breaker_open",
                "hanging_hangup breaker_open");
        assertThat(lane.isOpen()).as("a success from before it opened does not close it").isTrue();
        assertThat(lane.isIdle()).isTrue();
    }

    @Test
    void anOpenLaneTakesOnlyAProbeWhoseOutcomeMovesIt() {
        var open = lane(true);
        open.configure(endpoint(4, null), 1, 1, now);
        assertThat(open.offer(retry("row", false))).isFalse();
        assertThat(open.offer(retry("probe-1", true))).isTrue();
        open.ended(open.next(now), AttemptResults.serverError());
        assertThat(open.isOpen()).isTrue();
        assertThat(open.offer(retry("probe-2", true))).isTrue();
        open.ended(open.next(now), AttemptResults.refused());
        assertThat(open.isOpen()).as("who refuses one message is well").isFalse();
        assertThat(events.told).containsSubsequence("probe failed", "probe succeeded");
        assertThat(open.offer(retry("row", false))).isTrue();
        assertThat(book).containsExactly("probe-1_originate failed", "probe-2_originate failed");
    }

    @Test
    void afterAProbeTheLaneBeginsWithOneSlotAgain() {
        grow(4);
        failFour();
        fail("fifth");
        lane.offer(retry("probe", true));
        lane.ended(next(), AttemptResults.delivered());
        offerLeg("a");
        offerLeg("b");
        next();
        assertThat(lane.next(now)).isNull();
    }

    @Test
    void aMoveMadeHereIsNotUndoneByASnapshotFromBefore() {
        failFour();
        fail("fifth");
        long before = System.nanoTime();
        lane.onFleetState(0, false, before, now);
        assertThat(lane.isOpen()).as("not written yet").isTrue();
        lane.onMovesWritten(1, System.nanoTime());
        lane.onFleetState(0, false, before, now);
        assertThat(lane.isOpen()).as("written after the snapshot was taken").isTrue();
        lane.onFleetState(0, false, System.nanoTime() + 1, now);
        assertThat(lane.isOpen()).as("another dispatcher's probe closed it").isFalse();
    }

    @Test
    void theFleetOpensALaneAndWhatWaitsGoesToTheRetryPath() {
        var rows = List.of(retry("row", false));
        offerLeg("a");
        rows.forEach(lane::offer);
        lane.onFleetState(1, true, System.nanoTime() + SECOND, now);
        assertThat(book).containsExactly("a_originate breaker_open", "a_answer breaker_open", "a_hangup breaker_open",
                "row_originate breaker_open");
    }

    @Test
    void whilePostgresIsAwayAnOpenLaneProbesWithALiveDeliveryOncePerStep() {
        var open = lane(true);
        open.configure(endpoint(4, null), 1, 1, now);
        offerAlone(open, "early");
        now += STEP.toNanos() + SECOND;
        offerAlone(open, "first");
        offerAlone(open, "second");
        assertThat(book).as("one probe a step").containsExactly("early_originate breaker_open",
                "second_originate breaker_open");
        var probe = open.next(now);
        open.ended(probe, AttemptResults.serverError());
        assertThat(open.isOpen()).isTrue();
        assertThat(book).endsWith("first_originate failed");
        now += STEP.toNanos() - SECOND;
        offerAlone(open, "third");
        assertThat(book).as("the second step is longer").endsWith("third_originate breaker_open");
        now += STEP.toNanos() + 2 * SECOND;
        offerAlone(open, "fourth");
        open.ended(open.next(now), AttemptResults.delivered());
        assertThat(open.isOpen()).isFalse();
        assertThat(events.told).as("the fleet's step is not moved by the probes of each")
                .containsOnlyOnce("probe succeeded")
                .doesNotContain("probe failed");
        offerAlone(open, "fifth");
        assertThat(open.next(now)).isNotNull();
    }

    @Test
    void aLegThatWasHandedOffIsNoProbe() {
        var open = lane(true);
        open.configure(endpoint(4, null), 1, 1, now);
        var leg = leg("begun");
        open.offer(leg.getFirst(), true, now);
        now += STEP.toNanos() + SECOND;
        open.offer(leg.get(1), true, now);
        assertThat(book).containsExactly("begun_originate breaker_open", "begun_answer ordered");
    }

    @Test
    void whileAllLanesTogetherHoldMuchOneMayHoldLess() {
        load.addWaiting(SETTINGS.maxUnsettled() * 3 / 4);
        offer(leg("a").getFirst());
        offer(leg("b").getFirst());
        assertThat(book).containsExactly("b_originate queue_full");
        load.addWaiting(-SETTINGS.maxUnsettled() * 3 / 4);
        offer(leg("c").getFirst());
        assertThat(lane.waiting()).isEqualTo(2);
        lane.ended(next(), AttemptResults.delivered());
        lane.ended(next(), AttemptResults.delivered());
        grow(4);
        for (int i = 0; i < SETTINGS.maxInFlight() - 1; i++) {
            load.started();
        }
        offer(leg("d").getFirst());
        offer(leg("e").getFirst());
        next();
        assertThat(lane.next(now)).as("a slot is always there, a second one is not").isNull();
    }

    @Test
    void aLaneThatDeliversMayHoldWhatItMakesInSecondsAndOneWithARateLimitNoMoreThanThat() {
        grow(4);
        // At a millisecond each 4 slots would take thousands: it may hold as many of the 750 of all lanes as are free.
        for (int i = 0; i < 300; i++) {
            offer(leg("quick-" + i).getFirst());
        }
        assertThat(book).isEmpty();
        lane.shutDown();
        book.clear();
        lane.configure(endpoint(4, 10), 1, 1, now);
        for (int i = 0; i <= 40; i++) {
            offer(leg("limited-" + i).getFirst());
        }
        assertThat(book).as("4 s of 10 a second").containsExactly("limited-40_originate rate_limited");
    }

    @Test
    void goneIsToldAndDoesNotCountForTheBreaker() {
        for (int i = 0; i < 6; i++) {
            offer(leg("gone-" + i).getFirst());
            lane.ended(next(), AttemptResults.gone());
        }
        assertThat(events.told).filteredOn("gone"::equals).hasSize(6);
        assertThat(events.told).filteredOn(told -> !told.equals("gone")).hasSize(1);
        assertThat(lane.isOpen()).isFalse();
    }

    @Test
    void aMessageThatIsRefusedBringsTheBreakerNeitherNearerNorFurther() {
        for (int i = 0; i < 4; i++) {
            fail("down-" + i);
        }
        offer(leg("refused").getFirst());
        lane.ended(next(), AttemptResults.refused());
        assertThat(lane.isOpen()).isFalse();
        fail("fifth");
        assertThat(lane.isOpen()).isTrue();
    }

    @Test
    void healthIsToldOncePerChange() {
        fail("a");
        fail("b");
        deliver("c");
        deliver("d");
        fail("e");
        assertThat(events.told).containsExactly("degraded", "healthy", "degraded");
    }

    @Test
    void aRetryGetsASlotBesideLiveLoadAndLiveGoesFirst() {
        grow(4);
        for (int i = 0; i < QUEUE; i++) {
            offer(leg("live-" + i).getFirst());
        }
        lane.offer(retry("row-1", false));
        lane.offer(retry("row-2", false));
        var started = List.of(next(), next(), next(), next());
        assertThat(started).filteredOn(start -> start.delivery() instanceof RetryDelivery).hasSize(1);
        assertThat(started.getLast().delivery()).isInstanceOf(RetryDelivery.class);
        lane.ended(started.getLast(), AttemptResults.delivered());
        assertThat(next().delivery()).as("the retry's own slot").isInstanceOf(RetryDelivery.class);
    }

    @Test
    void withOneSlotLiveAndRetryTakeTurns() {
        lane.configure(endpoint(1, null), 1, 1, now);
        offerLegs("live", 4);
        lane.offer(retry("row-1", false));
        lane.offer(retry("row-2", false));
        var kinds = new ArrayList<Boolean>();
        for (int i = 0; i < 4; i++) {
            var start = next();
            kinds.add(start.delivery() instanceof RetryDelivery);
            lane.ended(start, AttemptResults.delivered());
        }
        assertThat(kinds).containsExactly(false, true, false, true);
    }

    @Test
    void noMoreRowsAreWantedThanTwiceTheSlots() {
        assertThat(lane.retryCapacity()).isEqualTo(2);
        assertThat(lane.offer(retry("1", false))).isTrue();
        assertThat(lane.offer(retry("2", false))).isTrue();
        assertThat(lane.offer(retry("3", false))).isFalse();
        assertThat(lane.retryCapacity()).isZero();
    }

    @Test
    void aRowWhoseLeaseRunsOutWhileItWaitsIsGivenBackAndNotSent() {
        var stale = retry("stale", false);
        lane.offer(stale);
        lane.offer(retry("fresh", false));
        stale.makeStale();
        assertThat(next().delivery().message().uuid()).isEqualTo("fresh");
        assertThat(stale.ends()).isEqualTo(1);
        assertThat(lane.retryCapacity()).isEqualTo(1);
    }

    @Test
    void aRateLimitHoldsBackAndSaysUntilWhen() {
        lane.configure(endpoint(16, 2), 1, 1, now);
        deliver("a");
        deliver("b");
        offerLeg("c");
        assertThat(lane.next(now)).isNull();
        assertThat(lane.nanosToToken(now)).isEqualTo(SECOND / 2);
        now += SECOND / 2;
        assertThat(lane.next(now)).isNotNull();
        assertThat(lane.nanosToToken(now)).as("nothing is ready").isZero();
    }

    @Test
    void aRateLimitedLaneSaysSoWhenItIsFull() {
        lane.configure(endpoint(16, 1), 1, 1, now);
        offerLegs("waits", QUEUE / 3);
        offerLeg("late");
        assertThat(book).startsWith("late_originate rate_limited", "late_answer ordered");
    }

    @Test
    void anEndpointThatIsGoneIsOwedNothing() {
        offerLeg("a");
        lane.droppedAtStart(next());
        assertThat(book).containsExactly("a_originate dropped", "a_answer dropped", "a_hangup dropped");
        assertThat(lane.isIdle()).isTrue();
    }

    @Test
    void whatIsForgottenIsNotEndedAndWhatIsUnderWayStays() {
        var a = offerLeg("a");
        var b = offerLeg("b");
        var underWay = next();
        assertThat(lane.forget(_ -> true)).containsExactlyInAnyOrder(a.get(1), a.get(2), b.get(0), b.get(1), b.get(2));
        lane.ended(underWay, AttemptResults.delivered());
        assertThat(book).containsExactly("a_originate delivered");
        assertThat(lane.isIdle()).isTrue();
    }

    @Test
    void atShutdownIdleLegsAreHandedOffAndTheRestIsLeftToTheNextOwner() {
        offerLeg("a");
        offerLeg("b");
        lane.offer(retry("row", false));
        var underWay = next();
        lane.shutDown();
        assertThat(book).containsExactly("b_originate shutdown", "b_answer shutdown", "b_hangup shutdown",
                "row_originate shutdown");
        lane.ended(underWay, AttemptResults.serverError());
        assertThat(book).endsWith("a_originate failed", "a_answer ordered", "a_hangup ordered");
    }

    private static Endpoint endpoint(int maxInFlight, Integer rate) {
        return new Endpoint(RecordedDelivery.ENDPOINT, null, URI.create("http://127.0.0.1/ok"), 5, 15,
                Set.of(CallAction.values()), Set.of(CallDirection.values()), Map.of(), maxInFlight, rate, true);
    }

    private Lane lane(boolean open) {
        var health = new LaneHealth(RecordedDelivery.ENDPOINT, events, new Breaker(5),
                (step, _) -> STEP.multipliedBy(step),
                false);
        if (open) {
            health.open(1);
        }
        return new Lane(RecordedDelivery.ENDPOINT, SETTINGS, load, health);
    }

    private void offerAlone(Lane to, String uuid) {
        to.offer(leg(uuid).getFirst(), true, now);
    }

    private void offer(LegDelivery delivery) {
        lane.offer(delivery, false, now);
    }

    private List<RecordedDelivery.Live> leg(String uuid) {
        return RecordedDelivery.leg(CallEvents.leg(uuid), book);
    }

    private List<RecordedDelivery.Live> offerLeg(String uuid) {
        var leg = leg(uuid);
        leg.forEach(this::offer);
        return leg;
    }

    private void offerLegs(String prefix, int count) {
        for (int i = 0; i < count; i++) {
            offerLeg(prefix + i);
        }
    }

    private RecordedDelivery.Retry retry(String uuid, boolean probe) {
        return new RecordedDelivery.Retry(CallEvents.of(uuid, CallAction.ORIGINATE), probe, book);
    }

    private Lane.Start next() {
        Lane.Start start = lane.next(now);
        assertThat(start).as("something may start").isNotNull();
        return start;
    }

    /** Lets the lane have so many slots. */
    private void grow(int slots) {
        for (int i = 1; i < slots; i *= 2) {
            deliver("grow-" + i);
        }
        book.clear();
    }

    private void failFour() {
        for (int i = 0; i < 4; i++) {
            fail("failing-" + i);
        }
    }

    private void fail(String uuid) {
        end(uuid, AttemptResults.serverError());
    }

    private void deliver(String uuid) {
        end(uuid, AttemptResults.delivered());
    }

    private void end(String uuid, AttemptResult result) {
        offer(leg(uuid).getFirst());
        lane.ended(next(), result);
    }
}

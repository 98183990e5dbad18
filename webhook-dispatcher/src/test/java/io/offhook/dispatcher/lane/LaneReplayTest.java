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
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What a lane lets a replay do. */
class LaneReplayTest {

    private static final LaneSettings SETTINGS = new LaneSettings(10, Duration.ofSeconds(30), 100, 1000, 5);

    private final List<String> book = new ArrayList<>();
    private final Lane lane = new Lane(RecordedDelivery.ENDPOINT, SETTINGS, new LaneLoad(SETTINGS),
            new LaneHealth(RecordedDelivery.ENDPOINT, new RecordedEvents(), new Breaker(5),
                    (_, _) -> Duration.ofHours(1),
                    false));
    private final long now = System.nanoTime();

    LaneReplayTest() {
        configure(null);
    }

    private void configure(Integer rate) {
        lane.configure(new Endpoint(RecordedDelivery.ENDPOINT, null, URI.create("http://127.0.0.1/ok"), 5, 15,
                Set.of(CallAction.values()), Set.of(CallDirection.values()), Map.of(), 4, rate, true), 1, 1, now);
    }

    @Test
    void itGoesWhenNothingLiveAndNoRetryWantsToAndOneAtATime() {
        assertThat(lane.offer(replay("old"))).isTrue();
        lane.offer(new RecordedDelivery.Retry(CallEvents.of("again", CallAction.ORIGINATE), false, book));
        lane.offer(RecordedDelivery.leg(CallEvents.leg("live"), book).getFirst(), false, now);
        for (String id : List.of("live_originate", "again_originate", "old_originate")) {
            Lane.Start start = lane.next(now);
            assertThat(start.delivery().message().id().value()).isEqualTo(id);
            assertThat(lane.offer(replay("second"))).as("one waits or is under way").isFalse();
            lane.ended(start, AttemptResults.delivered());
        }
        assertThat(lane.isIdle()).isTrue();
        assertThat(lane.offer(replay("second"))).isTrue();
        assertThat(lane.isIdle()).isFalse();
    }

    @Test
    void itsRequestCountsAmongThoseTheEndpointBears() {
        lane.offer(replay("old"));
        Lane.Start start = lane.next(now);
        lane.offer(RecordedDelivery.leg(CallEvents.leg("live"), book).getFirst(), false, now);
        assertThat(lane.next(now)).as("the lane begins with one slot").isNull();
        lane.ended(start, AttemptResults.delivered());
        assertThat(lane.next(now)).isNotNull();
        assertThat(book).containsExactly("old_originate delivered");
    }

    @Test
    void anOpenBreakerRefusesItAndGivesBackWhatWaits() {
        for (int i = 0; i < 4; i++) {
            lane.offer(replay("old-" + i));
            lane.ended(lane.next(now), AttemptResults.serverError());
        }
        lane.offer(RecordedDelivery.leg(CallEvents.leg("live"), book).getFirst(), false, now);
        Lane.Start live = lane.next(now);
        lane.offer(replay("waits"));
        book.clear();
        lane.ended(live, AttemptResults.serverError());
        assertThat(lane.isOpen()).as("its failures count like all others").isTrue();
        assertThat(book).contains("waits_originate breaker_open");
        assertThat(lane.offer(replay("later"))).isFalse();
    }

    @Test
    void whatIsCalledBackIsNotSentAndMakesRoom() {
        RecordedDelivery.Replay first = replay("first");
        lane.offer(first);
        first.callBack();
        assertThat(lane.next(now)).isNull();
        assertThat(lane.isIdle()).isTrue();
        assertThat(lane.offer(replay("second"))).isTrue();
        assertThat(lane.next(now).delivery().message().id().value()).isEqualTo("second_originate");
    }

    @Test
    void itKeepsToTheRateLimitAndIsGivenBackAtTheEnd() {
        configure(1);
        lane.offer(replay("first"));
        lane.ended(lane.next(now), AttemptResults.delivered());
        lane.offer(replay("second"));
        assertThat(lane.next(now)).isNull();
        assertThat(lane.nanosToToken(now)).isPositive();
        lane.shutDown();
        assertThat(book).containsExactly("first_originate delivered", "second_originate shutdown");
    }

    private RecordedDelivery.Replay replay(String uuid) {
        return new RecordedDelivery.Replay(CallEvents.of(uuid, CallAction.ORIGINATE), book);
    }
}

package io.offhook.dispatcher.lane;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.offhook.dispatcher.CallEvents;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LiveQueueTest {

    private final LiveQueue queue = new LiveQueue(
            new LaneLoad(new LaneSettings(256, Duration.ofSeconds(30), 100, 1000, 5)));

    @Test
    void aLegHasOneUnderWayAndKeepsItsOrder() {
        var leg = add("a");
        assertThat(queue.start()).isSameAs(leg.getFirst());
        assertThat(queue.start()).as("the answer waits for the originate").isNull();
        queue.ended("a", 0);
        assertThat(queue.start()).isSameAs(leg.get(1));
        queue.ended("a", 0);
        assertThat(queue.start()).isSameAs(leg.get(2));
        queue.ended("a", 0);
        assertThat(queue.holds("a")).isFalse();
        assertThat(queue.waiting()).isZero();
    }

    @Test
    void legsTakeTurns() {
        var a = add("a");
        var b = add("b");
        assertThat(queue.start()).isSameAs(a.getFirst());
        assertThat(queue.start()).isSameAs(b.getFirst());
        queue.ended("b", 0);
        queue.ended("a", 0);
        assertThat(queue.start()).isSameAs(b.get(1));
        assertThat(queue.start()).isSameAs(a.get(1));
    }

    @Test
    void aFailureTakesOutWhatWaitsBehindIt() {
        var a = add("a");
        add("b");
        queue.start();
        assertThat(queue.removeBehind("a")).containsExactly(a.get(1), a.get(2));
        assertThat(queue.holds("a")).isFalse();
        assertThat(queue.waiting()).isEqualTo(3);
    }

    @Test
    void idleLegsAreTakenOutWholeAndOthersStay() {
        var a = add("a");
        var b = add("b");
        queue.start();
        assertThat(queue.removeIdleLegs()).containsExactlyElementsOf(b);
        assertThat(queue.hasReady()).isFalse();
        assertThat(queue.holds("a")).isTrue();
        queue.ended("a", 0);
        assertThat(queue.start()).isSameAs(a.get(1));
    }

    @Test
    void whatFitsIsTakenOutAlsoBehindARequestUnderWay() {
        var a = add("a");
        var b = add("b");
        queue.start();
        assertThat(queue.removeWaiting(delivery -> delivery.message().uuid().equals("a")))
                .containsExactly(a.get(1), a.get(2));
        queue.ended("a", 0);
        assertThat(queue.holds("a")).isFalse();
        assertThat(queue.start()).isSameAs(b.getFirst());
        assertThat(queue.waiting()).isEqualTo(2);
    }

    private List<RecordedDelivery.Live> add(String uuid) {
        var leg = RecordedDelivery.leg(CallEvents.leg(uuid), new ArrayList<>());
        leg.forEach(delivery -> queue.add(delivery, 0));
        return leg;
    }
}

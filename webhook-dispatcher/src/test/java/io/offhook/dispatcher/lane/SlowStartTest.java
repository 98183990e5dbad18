package io.offhook.dispatcher.lane;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SlowStartTest {

    @Test
    void beginsWithOneAndDoublesPerSuccessUpToTheShare() {
        var slots = new SlowStart(10);
        assertThat(slots.limit()).isEqualTo(1);
        for (int expected : new int[]{2, 4, 8, 10, 10}) {
            slots.onSuccess();
            assertThat(slots.limit()).isEqualTo(expected);
        }
    }

    @Test
    void halvesOnEachSignOfTooMuchAndKeepsOne() {
        var slots = grownTo(10);
        for (int expected : new int[]{5, 2, 1, 1}) {
            slots.onTooMuch();
            assertThat(slots.limit()).isEqualTo(expected);
        }
    }

    @Test
    void aSmallerShareCountsAtOnceAndALargerOneIsGrownInto() {
        var slots = grownTo(16);
        slots.setShare(3);
        assertThat(slots.limit()).isEqualTo(3);
        slots.onTooMuch();
        assertThat(slots.limit()).isEqualTo(1);
        slots.setShare(16);
        slots.onSuccess();
        assertThat(slots.limit()).isEqualTo(2);
    }

    @Test
    void restartsFromOne() {
        var slots = grownTo(16);
        slots.restart();
        assertThat(slots.limit()).isEqualTo(1);
    }

    @Test
    void aDispatcherHasTheShareOfItsPartitionsRoundedUpAndAtLeastOne() {
        assertThat(SlowStart.share(16, 12, 24)).isEqualTo(8);
        assertThat(SlowStart.share(16, 7, 24)).isEqualTo(5);
        assertThat(SlowStart.share(1, 1, 24)).isEqualTo(1);
        assertThat(SlowStart.share(16, 0, 24)).isEqualTo(1);
        assertThat(SlowStart.share(16, 0, 0)).as("partitions not known yet").isEqualTo(16);
    }

    private static SlowStart grownTo(int share) {
        var slots = new SlowStart(share);
        for (int i = 0; i < 10; i++) {
            slots.onSuccess();
        }
        return slots;
    }
}

package io.offhook.dispatcher.live;

import java.util.ArrayList;
import java.util.Random;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class PartitionOffsetsTest {

    @Test
    void thePrefixEndsBeforeTheFirstThatIsNotSettled() {
        var offsets = new PartitionOffsets(100);
        read(offsets, 100, 105);
        offsets.settle(101);
        offsets.settle(102);
        assertThat(offsets.prefix()).isEqualTo(100);
        assertThat(offsets.span()).isEqualTo(5);
        offsets.settle(100);
        assertThat(offsets.prefix()).isEqualTo(103);
        assertThat(offsets.span()).isEqualTo(2);
    }

    @Test
    void offsetsWithoutRecordsHoldNothingUp() {
        var offsets = new PartitionOffsets(0);
        offsets.read(7);
        assertThat(offsets.prefix()).isEqualTo(7);
        offsets.settle(7);
        offsets.read(20);
        assertThat(offsets.prefix()).isEqualTo(20);
    }

    @Test
    void whatWasNotReadOrIsSettledAlreadyChangesNothing() {
        var offsets = new PartitionOffsets(10);
        offsets.settle(10);
        offsets.settle(3);
        assertThat(offsets.prefix()).isEqualTo(10);
        offsets.read(10);
        offsets.read(10);
        assertThat(offsets.prefix()).isEqualTo(10);
        offsets.settle(10);
        offsets.settle(10);
        assertThat(offsets.prefix()).isEqualTo(11);
    }

    @Test
    void aJumpFurtherThanABitSetReachesIsFollowedWhenAllBeforeItIsSettled() {
        var offsets = new PartitionOffsets(0);
        long far = 5L * Integer.MAX_VALUE;
        offsets.read(far);
        assertThat(offsets.prefix()).isEqualTo(far);
        offsets.settle(far);
        assertThat(offsets.prefix()).isEqualTo(far + 1);
    }

    /** Long enough that the bit set is moved up several times. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agreesWithASetOfOffsetsWhateverTheOrder(long seed) {
        var random = new Random(seed);
        long position = random.nextInt(1000);
        var offsets = new PartitionOffsets(position);
        var unsettled = new TreeSet<Long>();
        var shuffled = new ArrayList<Long>();
        long next = position;
        for (int step = 0; step < 120_000; step++) {
            if (random.nextInt(100) < 55) {
                next += random.nextInt(20) == 0 ? random.nextInt(50) : 0;
                offsets.read(next);
                unsettled.add(next);
                shuffled.add(next);
                next++;
            } else if (!shuffled.isEmpty()) {
                // Mostly the young ones, so that the prefix lags far behind.
                int index = shuffled.size() - 1
                        - Math.min(shuffled.size() - 1, random.nextInt(random.nextInt(3) == 0 ? shuffled.size() : 10));
                long settled = shuffled.remove(index);
                offsets.settle(settled);
                unsettled.remove(settled);
            }
            if (step % 97 == 0) {
                assertThat(offsets.prefix()).isEqualTo(unsettled.isEmpty() ? next : unsettled.first());
                assertThat(offsets.span()).isEqualTo(next - offsets.prefix());
            }
        }
        shuffled.forEach(offsets::settle);
        assertThat(offsets.prefix()).isEqualTo(next);
        assertThat(offsets.span()).isZero();
    }

    private static void read(PartitionOffsets offsets, long from, long to) {
        for (long offset = from; offset < to; offset++) {
            offsets.read(offset);
        }
    }
}

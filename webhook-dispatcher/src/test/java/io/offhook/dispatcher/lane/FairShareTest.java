package io.offhook.dispatcher.lane;

import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class FairShareTest {

    @Test
    void oneThatIsAloneGetsHalf() {
        assertThat(settled(new FairShare(2048), 1)).containsExactly(1024);
    }

    @ParameterizedTest
    @CsvSource({"10", "100", "1000"})
    void howeverManyTakeAllTheyCanANewOneFindsAsMuchAsEachOfThemHas(int greedy) {
        var share = new FairShare(10_000);
        int[] held = settled(share, greedy);
        int sum = Arrays.stream(held).sum();
        assertThat(sum).isLessThan(10_000);
        assertThat(share.limit(sum)).isGreaterThanOrEqualTo(Arrays.stream(held).min().orElseThrow());
    }

    @Test
    void whatIsOverdrawnStillLeavesOne() {
        assertThat(new FairShare(64).limit(64)).isEqualTo(1);
        assertThat(new FairShare(64).limit(1_000)).isEqualTo(1);
    }

    /** What each has once all have taken turns for as long as anyone gets more. */
    private static int[] settled(FairShare share, int lanes) {
        int[] held = new int[lanes];
        int sum = 0;
        boolean more = true;
        while (more) {
            more = false;
            for (int i = 0; i < lanes; i++) {
                if (held[i] < share.limit(sum) && sum < share.budget()) {
                    held[i]++;
                    sum++;
                    more = true;
                }
            }
        }
        return held;
    }
}

package io.offhook.dispatcher.live;

import java.util.BitSet;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class CommittedStateTest {

    @Test
    void whatIsSettledBehindTheOffsetComesBack() {
        var random = new Random(5);
        for (int i = 0; i < 200; i++) {
            var settled = new BitSet();
            for (int run = random.nextInt(100), at = 0; run > 0; run--) {
                int from = at + 1 + random.nextInt(i * 10 + 1);
                at = from + 1 + random.nextInt(1 << random.nextInt(14));
                settled.set(from, at);
            }
            var state = new CommittedState(random.nextLong(1L << 45), settled);
            assertThat(CommittedState.decode(state.encode())).isEqualTo(state);
        }
    }

    @Test
    void whatDoesNotFitIsLeftOutFromTheEnd() {
        var settled = new BitSet();
        for (int at = 1; at < 20_000; at += 2) {
            settled.set(at);
        }
        String text = new CommittedState(1_795_374_882_366L, settled).encode();
        assertThat(text).hasSizeLessThanOrEqualTo(CommittedState.MAX_LENGTH);
        BitSet back = CommittedState.decode(text).settled();
        assertThat(back.cardinality()).isGreaterThan(1_000);
        assertThat(back).isEqualTo(settled.get(0, back.length()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "1:", "1:2:!", "1:abc:", "2:1:AQE", "1:5:gICAgICAgIA", "1:5:_____w8B_____w8B",
            "1:5:gA"})
    void aTextOfAnotherFormSaysNothing(String text) {
        assertThat(CommittedState.decode(text).settled().cardinality()).isZero();
    }

    @Test
    void noTextSaysNothing() {
        assertThat(CommittedState.decode(null)).isEqualTo(CommittedState.UNKNOWN);
    }
}

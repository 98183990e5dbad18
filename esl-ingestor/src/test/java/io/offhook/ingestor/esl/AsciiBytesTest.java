package io.offhook.ingestor.esl;

import java.nio.charset.StandardCharsets;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AsciiBytesTest {

    @Test
    void findsWhatALookAtEachByteFinds() {
        var random = new Random(1);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[random.nextInt(40)];
            for (int i = 0; i < bytes.length; i++) {
                // Neighbours of the bytes wanted, with and without the highest bit, are what the arithmetic could mistake.
                bytes[i] = (byte) ('"' + random.nextInt(4) - 2 + 128 * random.nextInt(2));
            }
            int from = random.nextInt(bytes.length + 1);
            int to = from + random.nextInt(bytes.length - from + 1);
            int wanted = bytes.length == 0 ? '"' : bytes[random.nextInt(bytes.length)];

            assertThat(AsciiBytes.indexOf(bytes, wanted, from, to))
                    .isEqualTo(oneByOne(bytes, wanted, wanted, from, to));
            assertThat(AsciiBytes.indexOf(bytes, wanted, '#', from, to))
                    .isEqualTo(oneByOne(bytes, wanted, '#', from, to));
        }
    }

    @Test
    void aPlaceBehindTheEndHoldsNothing() {
        assertThat(AsciiBytes.indexOf(new byte[]{'a'}, 'a', 3, 1)).isEqualTo(-1);
    }

    @Test
    void readsNumbersOfDigitsAlone() {
        assertThat(number("1795374886246250")).isEqualTo(1795374886246250L);
        assertThat(number("0")).isZero();
        assertThat(number("999999999999999999")).isEqualTo(999999999999999999L);
        assertThat(number("1000000000000000000")).isEqualTo(-1);
        assertThat(number("-1")).isEqualTo(-1);
        assertThat(number("12a")).isEqualTo(-1);
        assertThat(number("")).isEqualTo(-1);
    }

    private static long number(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return AsciiBytes.number(bytes, 0, bytes.length);
    }

    private static int oneByOne(byte[] bytes, int wanted, int other, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == (byte) wanted || bytes[i] == (byte) other) {
                return i;
            }
        }
        return -1;
    }
}

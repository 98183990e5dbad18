package io.offhook.dispatcher.live;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class IdSetTest {

    private record Hash(long high, long low) {}

    private final IdSet ids = new IdSet();
    private final Set<Hash> truth = new HashSet<>();

    private void add(long high, long low) {
        assertThat(ids.contains(high, low)).isEqualTo(truth.contains(new Hash(high, low)));
        assertThat(ids.add(high, low)).isEqualTo(truth.add(new Hash(high, low)));
        assertThat(ids.size()).isEqualTo(truth.size());
    }

    @Test
    void holdsExactlyWhatWasAdded() {
        var random = new Random(7);
        for (int i = 0; i < 200_000; i++) {
            var hash = new Random(random.nextInt(RecentIds.MAX_PER_GENERATION));
            add(hash.nextLong(), hash.nextLong());
        }
        truth.forEach(hash -> assertThat(ids.contains(hash.high(), hash.low())).isTrue());
    }

    @Test
    void tellsHashesApartThatDifferInOneHalf() {
        for (int high = 0; high < 100; high++) {
            for (int low = 1; low < 100; low++) {
                add(high, low);
                add(high, low);
            }
        }
    }
}

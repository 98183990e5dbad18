package io.offhook.dispatcher.live;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RecentIdsTest {

    @Test
    void anIdIsKnownForAsLongAsTheMemoryReaches() {
        var ids = new RecentIds(100);
        assertThat(ids.isNew("a", 1000)).isTrue();
        assertThat(ids.isNew("a", 1000)).isFalse();
        assertThat(ids.isNew("a", 1100)).isFalse();
        assertThat(ids.isNew("a", 1101)).isTrue();
    }

    @Test
    void theFirstSightCountsNotTheLast() {
        var ids = new RecentIds(100);
        ids.isNew("a", 0);
        ids.isNew("a", 90);
        assertThat(ids.isNew("a", 150)).isTrue();
    }

    @Test
    void tooManyPushOutTheOldest() {
        var ids = new RecentIds(Long.MAX_VALUE);
        for (int i = 0; i <= 200_001; i++) {
            assertThat(ids.isNew("id-" + i, i)).isTrue();
        }
        assertThat(ids.isNew("id-200001", 300_000)).isFalse();
        assertThat(ids.isNew("id-100000", 300_000)).isFalse();
        assertThat(ids.isNew("id-0", 300_000)).isTrue();
    }
}

package io.offhook.dispatcher.live;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RecentIdsTest {

    @Test
    void anIdIsKnownForTheMemoryAtLeastAndTwiceThatAtMost() {
        var ids = new RecentIds(100, 0);
        assertThat(ids.isNew("a", 90)).isTrue();
        assertThat(ids.isNew("a", 90)).isFalse();
        assertThat(ids.isNew("b", 101)).isTrue();
        assertThat(ids.isNew("a", 190)).isFalse();
        assertThat(ids.isNew("a", 202)).isTrue();
    }

    @Test
    void tooManyPushOutTheOldest() {
        var ids = new RecentIds(Long.MAX_VALUE, 0);
        int count = 2 * RecentIds.MAX_PER_GENERATION + 1;
        for (int i = 0; i < count; i++) {
            assertThat(ids.isNew("id-" + i, i)).isTrue();
        }
        for (int i = RecentIds.MAX_PER_GENERATION; i < count; i++) {
            assertThat(ids.isNew("id-" + i, count)).isFalse();
        }
        assertThat(ids.isNew("id-0", count)).isTrue();
    }
}

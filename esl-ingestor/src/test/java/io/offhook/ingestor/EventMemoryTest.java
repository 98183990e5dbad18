package io.offhook.ingestor;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EventMemoryTest {

    private static final long HEAP = 512L << 20;

    @Test
    void allNodesTogetherTakeEightTimesWhatOneMay() {
        var memory = new EventMemory(1 << 20, HEAP);
        memory.add((8 << 20) - 1);
        assertThat(memory.isFull()).isFalse();
        memory.add(1);
        assertThat(memory.isFull()).isTrue();
        memory.add(-1);
        assertThat(memory.isFull()).isFalse();
    }

    @Test
    void butNeverMoreThanAQuarterOfTheHeap() {
        var memory = new EventMemory(32 << 20, HEAP);
        memory.add(HEAP / 4);
        assertThat(memory.isFull()).isTrue();
    }
}

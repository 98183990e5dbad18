package io.offhook.ingestor;

import java.util.concurrent.atomic.AtomicLong;

/** What the events of all nodes that wait to be worked on take of the heap. */
final class EventMemory {

    /** All nodes together may fill so many nodes' shares: they do when the thread that follows legs stands still. */
    private static final int NODES = 8;
    /** Of the heap: what is waited for must not leave too little for the work itself. */
    private static final int PART_OF_HEAP = 4;

    private final AtomicLong taken = new AtomicLong();
    private final long limit;

    /**
     * @param bytesPerNode what those of one node may take
     * @param heapBytes the heap's bound
     */
    EventMemory(long bytesPerNode, long heapBytes) {
        this.limit = Math.min(NODES * bytesPerNode, heapBytes / PART_OF_HEAP);
    }

    boolean isFull() { return taken.get() >= limit; }

    void add(long bytes) {
        taken.addAndGet(bytes);
    }
}

package io.offhook.dispatcher.live;

import java.util.concurrent.atomic.AtomicInteger;

/** Settles a record's offset once each of its deliveries is settled (invariant 2). */
final class RecordSettlement {

    private final OwnedPartition partition;
    private final long offset;
    private final AtomicInteger open;
    private final AtomicInteger unsettled;

    /**
     * @param deliveries endpoints that the event matched, at least 1
     * @param unsettled the dispatcher's count of unsettled deliveries
     */
    RecordSettlement(OwnedPartition partition, long offset, int deliveries, AtomicInteger unsettled) {
        this.partition = partition;
        this.offset = offset;
        this.open = new AtomicInteger(deliveries);
        this.unsettled = unsettled;
        unsettled.addAndGet(deliveries);
        partition.open().addAndGet(deliveries);
    }

    OwnedPartition partition() {
        return partition;
    }

    void deliverySettled() {
        if (open.decrementAndGet() == 0) {
            partition.offsets().settle(offset);
        }
        ended();
    }

    /** The partition was lost before the delivery started: nothing is settled, the new owner has the record. */
    void deliveryForgotten() {
        ended();
    }

    private void ended() {
        unsettled.decrementAndGet();
        partition.open().decrementAndGet();
    }
}

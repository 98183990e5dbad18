package io.offhook.dispatcher.lane;

/** A claimed row. The claim sees to the order within legs: only heads are claimed. */
public interface RetryDelivery extends Delivery {

    /** The one attempt that an open breaker lets through per step. */
    boolean probe();

    /** It waited so long that another dispatcher may claim it before a request made now has ended. */
    boolean isStale(long nowNanos);
}

package io.offhook.dispatcher.lane;

/** A live delivery, which keeps its place in its leg. */
public interface LegDelivery extends Delivery {

    LegAffinity leg();
}

package io.offhook.dispatcher.live;

import java.util.UUID;

import io.offhook.dispatcher.lane.HandOffReason;
import io.offhook.dispatcher.lane.LegAffinity;
import io.offhook.dispatcher.lane.LegDelivery;
import io.offhook.dispatcher.retry.HandOffs;
import io.offhook.model.CallEventMessage;
import io.offhook.sender.AttemptResult;

/** The first try to deliver an event to an endpoint, straight from the topic. */
final class LiveDelivery implements LegDelivery, HandOffs.Receipt {

    private final UUID endpoint;
    private final CallEventMessage message;
    private final LegAffinity leg;
    private final RecordSettlement settlement;
    private final HandOffs handOffs;

    LiveDelivery(UUID endpoint, CallEventMessage message, LegAffinity leg, RecordSettlement settlement,
            HandOffs handOffs) {
        this.endpoint = endpoint;
        this.message = message;
        this.leg = leg;
        this.settlement = settlement;
        this.handOffs = handOffs;
    }

    @Override
    public UUID endpointId() {
        return endpoint;
    }

    @Override
    public CallEventMessage message() {
        return message;
    }

    @Override
    public LegAffinity leg() {
        return leg;
    }

    @Override
    public int attemptNumber() {
        return 1;
    }

    OwnedPartition partition() {
        return settlement.partition();
    }

    void forgotten() {
        settlement.deliveryForgotten();
    }

    @Override
    public void delivered(AttemptResult result) {
        settlement.deliverySettled();
    }

    @Override
    public void failed(AttemptResult result) {
        if (partition().isLost()) {
            // Never handed off: the new owner has the record and delivers it in its order.
            forgotten();
        } else {
            handOffs.failed(endpoint, message, result, this);
        }
    }

    @Override
    public void handedOff(HandOffReason reason) {
        if (partition().isLost()) {
            forgotten();
        } else {
            handOffs.notTried(endpoint, message, reason, this);
        }
    }

    @Override
    public void handedOffAt(int retryPartition, long offset) {
        if (retryPartition == partition().number()) {
            partition().onHandOff(endpoint, offset);
        }
        settlement.deliverySettled();
    }

    @Override
    public void handOffRefused() {
        settlement.deliverySettled();
    }

    @Override
    public void dropped() {
        settlement.deliverySettled();
    }
}

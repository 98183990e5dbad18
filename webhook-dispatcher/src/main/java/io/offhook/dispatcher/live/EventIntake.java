package io.offhook.dispatcher.live;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.offhook.dispatcher.endpoint.EndpointRegistry;
import io.offhook.dispatcher.endpoint.RegisteredEndpoint;
import io.offhook.dispatcher.endpoint.RegistrySnapshot;
import io.offhook.dispatcher.lane.HandOffReason;
import io.offhook.dispatcher.lane.Lanes;
import io.offhook.dispatcher.lane.LegAffinity;
import io.offhook.dispatcher.retry.HandOffs;
import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import io.offhook.model.Endpoint;
import io.offhook.model.NotACallEventException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of a record: nothing, or a delivery to each endpoint that it matches, by lane or by hand-off. */
final class EventIntake {

    private static final Logger log = LoggerFactory.getLogger(EventIntake.class);

    private final EndpointRegistry registry;
    private final Lanes lanes;
    private final HandOffs handOffs;
    private final LiveMetrics metrics;
    private final CallEventBody body = new CallEventBody();
    private final AtomicInteger unsettled = new AtomicInteger();

    EventIntake(EndpointRegistry registry, Lanes lanes, HandOffs handOffs, LiveMetrics metrics) {
        this.registry = registry;
        this.lanes = lanes;
        this.handOffs = handOffs;
        this.metrics = metrics;
    }

    int unsettled() {
        return unsettled.get();
    }

    void take(OwnedPartition partition, ConsumerRecord<byte[], byte[]> record) {
        if (!partition.isBefore(record.offset())) {
            partition.offsets().read(record.offset());
            partition.onAppended(record.offset(), record.timestamp());
        }
        if (partition.wasSettled(record.offset())) {
            CallEventCodec.idOf(record.headers())
                    .filter(id -> partition.ids().isNew(id.value(), System.nanoTime()))
                    .ifPresent(_ -> loseSight(partition, record));
            partition.offsets().settle(record.offset());
            return;
        }
        CallEventMessage message;
        CallDirection direction;
        try {
            message = CallEventCodec.fromRecord(record.key(), record.value(), record.headers());
            direction = body.directionOf(record.value()).orElse(null);
        } catch (NotACallEventException e) {
            // Somebody else's record: it will never be an event, so it is passed over, and said so.
            log.warn("record at {}-{} offset {} is no call event and is passed over: {}", record.topic(),
                    record.partition(),
                    record.offset(), e.getMessage());
            metrics.notACallEvent();
            partition.offsets().settle(record.offset());
            return;
        }
        if (!partition.ids().isNew(message.id().value(), System.nanoTime())) {
            metrics.duplicate();
            partition.offsets().settle(record.offset());
            return;
        }
        deliver(partition, record.offset(), message, direction);
    }

    /** The former owner has delivered the event or handed it off, who knows: it was the next of a leg that is followed here. */
    private void loseSight(OwnedPartition partition, ConsumerRecord<byte[], byte[]> record) {
        if (partition.isBefore(record.offset())) {
            return;
        }
        try {
            CallEventMessage message = CallEventCodec.fromRecord(record.key(), record.value(), record.headers());
            partition.leg(message.uuid()).ifPresent(leg -> registry.snapshot()
                    .matching(message, body.directionOf(record.value()).orElse(null))
                    .forEach(endpoint -> leg.loseSight(endpoint.endpoint().id())));
            if (message.action() == CallAction.HANGUP) {
                partition.endLeg(message.uuid());
            }
        } catch (NotACallEventException e) {
            log.debug("record at {}-{} offset {} is no call event: {}", record.topic(), record.partition(),
                    record.offset(), e.getMessage());
        }
    }

    private void deliver(OwnedPartition partition, long offset, CallEventMessage message, CallDirection direction) {
        RegistrySnapshot snapshot = registry.snapshot();
        List<RegisteredEndpoint> matching = snapshot.matching(message, direction);
        metrics.event(message.action());
        LegAffinity leg = legOf(partition, offset, message, !matching.isEmpty());
        if (matching.isEmpty()) {
            partition.offsets().settle(offset);
            return;
        }
        var settlement = new RecordSettlement(partition, offset, matching.size(), unsettled);
        for (RegisteredEndpoint registered : matching) {
            Endpoint endpoint = registered.endpoint();
            var delivery = new LiveDelivery(endpoint.id(), message, leg, settlement, handOffs);
            if (mayGoLive(partition, snapshot, endpoint, message, leg)) {
                leg.follow(endpoint.id());
                lanes.offer(registered, delivery);
            } else {
                leg.handOff(endpoint.id());
                delivery.handedOff(HandOffReason.ORDERED);
            }
        }
    }

    private static LegAffinity legOf(OwnedPartition partition, long offset, CallEventMessage message,
            boolean hasReceivers) {
        String uuid = message.uuid();
        return switch (message.action()) {
            case ORIGINATE -> partition.trackLeg(uuid, partition.isBehindWhatWasSettled(offset)
                    ? LegAffinity.ofWholeLeg()
                    : LegAffinity.ofPartOfLeg());
            case ANSWER -> hasReceivers
                    ? partition.trackLeg(uuid, LegAffinity.ofPartOfLeg())
                    : partition.leg(uuid).orElseGet(LegAffinity::ofPartOfLeg);
            case HANGUP -> {
                LegAffinity leg = partition.leg(uuid).orElseGet(LegAffinity::ofPartOfLeg);
                partition.endLeg(uuid);
                yield leg;
            }
        };
    }

    /** R5: a later event goes live only where nothing of its leg can be on the retry path without being marked so. */
    private static boolean mayGoLive(OwnedPartition partition, RegistrySnapshot snapshot, Endpoint endpoint,
            CallEventMessage message, LegAffinity leg) {
        return leg.isFollowed(endpoint.id()) || endpoint.isFirstOfLeg(message.action())
                || partition.isClean(endpoint.id(), snapshot);
    }
}

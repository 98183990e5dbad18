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
            CallEventCodec.idOf(record.headers()).ifPresent(id -> partition.ids().isNew(id.value(), System.nanoTime()));
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

    private void deliver(OwnedPartition partition, long offset, CallEventMessage message, CallDirection direction) {
        RegistrySnapshot snapshot = registry.snapshot();
        List<RegisteredEndpoint> matching = snapshot.matching(message, direction);
        metrics.event(message.action());
        LegAffinity known = partition.leg(message.uuid());
        boolean followed = known != null;
        LegAffinity leg = followed ? known : new LegAffinity();
        if (message.action() == CallAction.ORIGINATE) {
            followed = true;
            leg = partition.trackLeg(message.uuid());
        } else if (message.action() == CallAction.HANGUP) {
            partition.endLeg(message.uuid());
        }
        if (matching.isEmpty()) {
            partition.offsets().settle(offset);
            return;
        }
        var settlement = new RecordSettlement(partition, offset, matching.size(), unsettled);
        for (RegisteredEndpoint endpoint : matching) {
            var delivery = new LiveDelivery(endpoint.endpoint().id(), message, leg, settlement, handOffs);
            if (mayGoLive(partition, snapshot, endpoint.endpoint(), message, followed)) {
                lanes.offer(endpoint, delivery);
            } else {
                leg.handOff(endpoint.endpoint().id());
                delivery.handedOff(HandOffReason.ORDERED);
            }
        }
        if (!followed && message.action() == CallAction.ANSWER) {
            // From here on the leg is followed: what came before is settled or on the retry path, and marked so.
            partition.trackLeg(message.uuid(), leg);
        }
    }

    /** R5: a later event goes live only where nothing of its leg can be on the retry path. */
    private static boolean mayGoLive(OwnedPartition partition, RegistrySnapshot snapshot, Endpoint endpoint,
            CallEventMessage message,
            boolean followed) {
        return followed || endpoint.isFirstOfLeg(message.action())
                || partition.isClean(endpoint.id(), snapshot);
    }
}

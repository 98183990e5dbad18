package io.offhook.dispatcher.lane;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.offhook.model.CallEventMessage;
import io.offhook.sender.AttemptResult;

/** A delivery that writes down how it ended. */
sealed class RecordedDelivery implements Delivery {

    static final UUID ENDPOINT = new UUID(1, 1);

    private final CallEventMessage message;
    /** Shared by the deliveries of a test, so that it shows their order too. */
    private final List<String> book;
    private int ends;

    private RecordedDelivery(CallEventMessage message, List<String> book) {
        this.message = message;
        this.book = book;
    }

    static final class Live extends RecordedDelivery implements LegDelivery {
        private final LegAffinity leg;

        Live(CallEventMessage message, LegAffinity leg, List<String> book) {
            super(message, book);
            this.leg = leg;
        }

        @Override
        public LegAffinity leg() {
            return leg;
        }
    }

    static final class Retry extends RecordedDelivery implements RetryDelivery {
        private final boolean probe;
        private boolean stale;

        Retry(CallEventMessage message, boolean probe, List<String> book) {
            super(message, book);
            this.probe = probe;
        }

        @Override
        public boolean probe() {
            return probe;
        }

        void makeStale() {
            stale = true;
        }

        @Override
        public boolean isStale(long nowNanos) {
            return stale;
        }
    }

    static List<Live> leg(List<CallEventMessage> messages, List<String> book) {
        var affinity = new LegAffinity();
        var deliveries = new ArrayList<Live>();
        messages.forEach(message -> deliveries.add(new Live(message, affinity, book)));
        return deliveries;
    }

    int ends() {
        return ends;
    }

    @Override
    public UUID endpointId() {
        return ENDPOINT;
    }

    @Override
    public CallEventMessage message() {
        return message;
    }

    @Override
    public int attemptNumber() {
        return 1;
    }

    @Override
    public void delivered(AttemptResult result) {
        end("delivered");
    }

    @Override
    public void failed(AttemptResult result) {
        end("failed");
    }

    @Override
    public void handedOff(HandOffReason reason) {
        end(reason.wireName());
    }

    @Override
    public void dropped() {
        end("dropped");
    }

    private void end(String how) {
        ends++;
        book.add(message.id() + " " + how);
    }
}

package io.offhook.dispatcher.lane;

import java.util.List;
import java.util.UUID;

import io.offhook.model.CallEventMessage;
import io.offhook.sender.AttemptResult;

/** A delivery that writes down how it ended. */
sealed class RecordedDelivery implements Delivery {

    static final UUID ENDPOINT = new UUID(1, 1);

    private final UUID endpoint;
    private final CallEventMessage message;
    /** Shared by the deliveries of a test, so that it shows their order too. */
    private final List<String> book;
    private int ends;

    private RecordedDelivery(UUID endpoint, CallEventMessage message, List<String> book) {
        this.endpoint = endpoint;
        this.message = message;
        this.book = book;
    }

    static final class Live extends RecordedDelivery implements LegDelivery {
        private final LegAffinity leg;
        private Runnable atStart = () -> {};

        Live(UUID endpoint, CallEventMessage message, LegAffinity leg, List<String> book) {
            super(endpoint, message, book);
            this.leg = leg;
        }

        /** Done by the thread that starts it, before it is sent. */
        void onStart(Runnable action) {
            atStart = action;
        }

        @Override
        public int attemptNumber() {
            atStart.run();
            return super.attemptNumber();
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
            super(ENDPOINT, message, book);
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

    static final class Replay extends RecordedDelivery implements ReplayDelivery {
        private boolean calledBack;

        Replay(CallEventMessage message, List<String> book) {
            super(ENDPOINT, message, book);
        }

        void callBack() {
            calledBack = true;
        }

        @Override
        public int attemptNumber() {
            return 1;
        }

        @Override
        public boolean isWanted() { return !calledBack; }

        @Override
        public boolean begin() {
            return !calledBack;
        }
    }

    static List<Live> leg(List<CallEventMessage> messages, List<String> book) {
        return leg(messages, book, ENDPOINT);
    }

    static List<Live> leg(List<CallEventMessage> messages, List<String> book, UUID endpoint) {
        var affinity = LegAffinity.ofWholeLeg();
        return messages.stream().map(message -> new Live(endpoint, message, affinity, book)).toList();
    }

    int ends() {
        return ends;
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

package io.offhook.ingestor.esl;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps what a connection tells. */
final class RecordingListener implements EslConnection.Listener {

    final List<EslEvent> events = new CopyOnWriteArrayList<>();
    final List<ConnectionState> states = new CopyOnWriteArrayList<>();
    final List<String> failures = new CopyOnWriteArrayList<>();
    final AtomicInteger asked = new AtomicInteger();
    volatile boolean full;
    volatile boolean away;

    @Override
    public boolean ready() {
        asked.incrementAndGet();
        return !away;
    }

    @Override
    public boolean onEvent(EslEvent event) {
        if (full) {
            return false;
        }
        events.add(event);
        return true;
    }

    @Override
    public void onState(ConnectionState state) {
        states.add(state);
    }

    @Override
    public void onFailure(String reason) {
        failures.add(reason);
    }

    @Override
    public void onDamage(long count) {
        // FrameDecoderTest looks at damage.
    }

    boolean live() {
        return !states.isEmpty() && states.getLast() == ConnectionState.LIVE;
    }
}

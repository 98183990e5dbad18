package io.offhook.testkit.freeswitch;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * One playing of a capture. The capture is a history that happens once: a client that is not connected while a frame is played has
 * missed it, as with a real FreeSWITCH. Time is taken from {@code Event-Date-Timestamp}; where it steps back, frames follow at once.
 */
public final class Playback {
    /** A capture taken over a clock step shows jumps of an hour, in which nothing happened. */
    private static final long LONGEST_PAUSE_MICROS = 60_000_000;

    private final Capture capture;
    private final PlayOptions options;
    private final SwitchCore core;
    private final ChannelTable channels;
    private final Dispatcher dispatcher;
    private final Runnable closeConnections;
    private final CountDownLatch subscriber = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private final AtomicInteger played = new AtomicInteger();
    private volatile boolean stopped;

    Playback(Capture capture, PlayOptions options, SwitchCore core, ChannelTable channels, Dispatcher dispatcher,
            Runnable closeConnections) {
        this.capture = capture;
        this.options = options;
        this.core = core;
        this.channels = channels;
        this.dispatcher = dispatcher;
        this.closeConnections = closeConnections;
    }

    /** Frames played so far, whether or not a client wanted them. */
    public int played() {
        return played.get();
    }

    /** Whether all frames have been played or the playing was stopped. */
    public boolean finished() {
        return finished.getCount() == 0;
    }

    /**
     * Waits until every frame is in the queues of the clients.
     *
     * @return false when the time ran out before
     */
    public boolean await(Duration time) throws InterruptedException {
        return finished.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Ends the playing where it is. */
    public void stop() {
        stopped = true;
        subscriber.countDown();
    }

    void subscribed() {
        subscriber.countDown();
    }

    void run() {
        try {
            if (options.waitForSubscriber()) {
                subscriber.await();
            }
            long previous = 0;
            for (Capture.Frame frame : capture.frames()) {
                previous = pause(frame, previous);
                if (stopped) {
                    return;
                }
                play(frame);
                played.incrementAndGet();
            }
            if (options.closeAtEnd()) {
                closeConnections.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            finished.countDown();
        }
    }

    private void play(Capture.Frame frame) {
        if (frame.event() == null) {
            dispatcher.broadcast(frame::bytes);
            return;
        }
        core.adopt(frame.event());
        follow(frame.event());
        SwitchEvent event = new SwitchEvent.Captured(frame);
        if (options.everyFrame()) {
            dispatcher.broadcast(event);
        } else {
            dispatcher.fire(event);
        }
    }

    /** Keeps the table of channels at the state that the capture has reached. */
    private void follow(EventData event) {
        String uuid = event.text("Unique-ID");
        switch (event.name()) {
            case "CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY" -> channels.remove(uuid);
            case "CHANNEL_UUID" -> channels.rename(event.text("Old-Unique-ID"), uuid, () -> event);
            case "CHANNEL_CREATE" -> {
                core.newSession();
                channels.put(uuid, () -> event);
            }
            default -> {
                boolean full = !event.text("variable_uuid").isEmpty();
                if (full && !event.text("Answer-State").equals("hangup")) {
                    channels.put(uuid, () -> event);
                }
            }
        }
    }

    private long pause(Capture.Frame frame, long previousMicros) {
        String timestamp = frame.event() == null ? "" : frame.event().text("Event-Date-Timestamp");
        if (timestamp.isEmpty()) {
            return previousMicros;
        }
        long micros = Long.parseLong(timestamp);
        long wait = previousMicros == 0 ? 0 : Math.clamp(micros - previousMicros, 0, LONGEST_PAUSE_MICROS);
        long until = System.nanoTime() + (long) (wait * 1000 * options.timeFactor());
        long left;
        while (!stopped && (left = until - System.nanoTime()) > 0) {
            LockSupport.parkNanos(Math.min(left, 50_000_000));
        }
        return micros;
    }
}

package io.offhook.testkit.freeswitch;

/**
 * How a capture is played.
 *
 * @param timeFactor         captured time is multiplied by it: 1 = as it was, 0.1 = ten times as fast, 0 = as fast as possible
 * @param waitForSubscriber  whether playing begins only once a client has subscribed, or at once
 * @param everyFrame         whether a client that has subscribed to anything gets every frame, or only those it asked for
 * @param closeAtEnd         whether the connections are closed after the last frame
 */
public record PlayOptions(double timeFactor, boolean waitForSubscriber, boolean everyFrame, boolean closeAtEnd) {

    public PlayOptions {
        if (!(timeFactor >= 0 && timeFactor <= 1000)) {
            throw new IllegalArgumentException("timeFactor: " + timeFactor + " (expected: 0 to 1000)");
        }
    }

    /** As fast as possible, as soon as somebody is subscribed, what he asked for, connections stay open. */
    public static PlayOptions fast() {
        return new PlayOptions(0, true, false, false);
    }

    public PlayOptions withTimeFactor(double value) {
        return new PlayOptions(value, waitForSubscriber, everyFrame, closeAtEnd);
    }

    public PlayOptions withWaitForSubscriber(boolean value) {
        return new PlayOptions(timeFactor, value, everyFrame, closeAtEnd);
    }

    public PlayOptions withEveryFrame(boolean value) {
        return new PlayOptions(timeFactor, waitForSubscriber, value, closeAtEnd);
    }

    public PlayOptions withCloseAtEnd(boolean value) {
        return new PlayOptions(timeFactor, waitForSubscriber, everyFrame, value);
    }
}

package io.offhook.dispatcher.lane;

/**
 * A delivery of a replay. Its lane sends one at a time, and only when nothing live and no retry wants to go. A hand-off gives it back:
 * it was not sent.
 */
public interface ReplayDelivery extends Delivery {

    @Override
    default int attemptNumber() {
        return 1;
    }

    /** Nobody has called it back. */
    boolean isWanted();

    /** It is sent now, and can be called back no more. @return false when it has been */
    boolean begin();
}

package io.offhook.model;

/** A record on the events topic that is no call event. The message names the part, its value and what is expected. */
public final class NotACallEventException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NotACallEventException(String message) {
        super(message);
    }
}

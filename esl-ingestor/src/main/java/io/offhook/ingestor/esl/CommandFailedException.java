package io.offhook.ingestor.esl;

/** A command to a FreeSWITCH node has no reply. An error that FreeSWITCH puts into the reply's body is not this: it is the reply. */
public final class CommandFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why there is no reply. */
    public enum Kind {
        /** FreeSWITCH refuses this client or this command (ACL, password, esl-allowed-api): haste does not mend it. */
        REFUSED,
        /** No connection, or it ended before the reply; the command may have been carried out. */
        LOST,
        /** No reply in time; the command may have been carried out. */
        TIMED_OUT,
        /** Never sent: too many commands wait, or it is not one line. */
        NOT_TAKEN,
        /** The connection was closed by this side for good. */
        CLOSED
    }

    private final Kind kind;

    CommandFailedException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}

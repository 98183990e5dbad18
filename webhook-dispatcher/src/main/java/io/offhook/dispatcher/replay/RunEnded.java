package io.offhook.dispatcher.replay;

/** Ends a run from wherever it is. No fault, so it bears no stack trace. */
final class RunEnded extends RuntimeException {
    private static final long serialVersionUID = 1L;

    enum Why {
        /** The replay is another's now, or cancelled: nothing is to be written any more. */
        OVER,
        /** The replay is to be taken up again: this dispatcher stops, another replay has its turn, or the endpoint cannot be sent to. */
        LEFT,
        /** Its endpoint is gone. */
        ENDPOINT_DELETED
    }

    private final Why why;

    RunEnded(Why why) {
        super(why.name(), null, false, false);
        this.why = why;
    }

    Why why() {
        return why;
    }
}

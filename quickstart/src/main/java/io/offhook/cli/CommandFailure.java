package io.offhook.cli;

/** Ends a command with a message and an exit code. It is an answer, not a fault of ours, so it bears no stack trace. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The API refused, or what was waited for failed. */
    static final int REFUSED = 1;
    /** The API cannot be reached or cannot serve now: worth another try. */
    static final int UNAVAILABLE = 3;
    /** There is no key, or it may not. */
    static final int FORBIDDEN = 4;

    private final int exitCode;

    CommandFailure(int exitCode, String message) {
        super(message, null, false, false);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}

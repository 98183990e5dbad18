package io.offhook.quickstart;

import java.io.PrintStream;
import java.util.Optional;

import io.offhook.runtime.StartFailure;

/** Why the quickstart does not run. The message is the line that the user reads. */
final class StartRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean saidAlready;

    private StartRefused(String message, boolean saidAlready, Throwable cause) {
        super(message, cause);
        this.saidAlready = saidAlready;
    }

    StartRefused(String message) {
        this(message, false, null);
    }

    /** A failure in the quickstart's own part: the setting that explains it, or else the failure itself. */
    static StartRefused because(String what, Throwable failure) {
        return failure instanceof StartRefused known
                ? known
                : new StartRefused(StartFailure.explain(failure).orElseGet(() -> what + ": " + root(failure)), false,
                        failure);
    }

    /** A service that did not start: it has said why itself where a setting explains it. */
    static StartRefused byService(String service, Throwable failure) {
        Optional<String> explained = StartFailure.explain(failure);
        return new StartRefused(explained.orElseGet(() -> service + " did not start: " + root(failure)),
                explained.isPresent(), failure);
    }

    /** Prints the line that the user reads, unless the service has. */
    void print(PrintStream err) {
        if (!saidAlready) {
            err.println("offhook: " + getMessage());
        }
    }

    private static String root(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return (cause.getMessage() == null ? cause.toString() : cause.getMessage()).replaceAll("\\s+", " ");
    }
}

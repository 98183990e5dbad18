package io.offhook.quickstart;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Shows what has been done so far and how long it took, one short line each. */
final class Steps {

    private final PrintStream out;
    private final long begun = System.nanoTime();

    Steps(PrintStream out) {
        this.out = out;
    }

    /** Something that takes a while. */
    interface Step<T, E extends Exception> {
        T run() throws E;
    }

    /** @param name said when the step is done; one that fails says nothing here */
    <T, E extends Exception> T run(String name, Step<T, E> step) throws E {
        long from = System.nanoTime();
        T done = step.run();
        out.printf("  %-36s %s%n", name, seconds(System.nanoTime() - from));
        return done;
    }

    String sinceBegun() {
        return seconds(System.nanoTime() - begun).strip();
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%4.1f s", Duration.ofNanos(nanos).toMillis() / 1000.0);
    }
}

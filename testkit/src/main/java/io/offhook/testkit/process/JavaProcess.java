package io.offhook.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * A Java program as a child process that a test can wait for, freeze, end and kill. It dies with this JVM: a shutdown
 * hook kills it, and its standard input, which a child may watch, ends even when this JVM is killed.
 *
 * <p>Start one with {@link JavaCommand}. All methods may be called from any thread.
 */
public final class JavaProcess implements AutoCloseable {
    /** How often a condition is looked at; a child takes hundreds of milliseconds to get anywhere. */
    private static final long LOOK_EVERY_MILLIS = 20;
    private static final long KILL_LIMIT_SECONDS = 10;

    private final String name;
    private final Process process;
    private final ProcessOutput output;
    private final Thread killAtExit;

    private JavaProcess(String name, Process process, ProcessOutput output) {
        this.name = name;
        this.process = process;
        this.output = output;
        this.killAtExit = new Thread(process::destroyForcibly, "kill-" + name);
    }

    static JavaProcess start(String name, ProcessBuilder builder, ProcessOutput output) {
        try {
            JavaProcess started = new JavaProcess(name, builder.start(), output);
            Runtime.getRuntime().addShutdownHook(started.killAtExit);
            return started;
        } catch (IOException e) {
            // There is nothing to go on with.
            throw new UncheckedIOException("cannot start " + name, e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() { return process.isAlive(); }

    /** The file that holds what this process wrote to standard output and standard error. */
    public Path outputFile() {
        return output.file();
    }

    /** What this process wrote so far; invalid UTF-8 becomes U+FFFD. */
    public String outputText() {
        return output.text();
    }

    /**
     * Waits until this process has written a line in which the pattern is found, and returns that line. Lines from
     * before the call count.
     *
     * @throws IllegalStateException when the time is up or the process ends first; the message ends with its last output
     */
    public String waitForLine(Pattern pattern, Duration limit) {
        ProcessOutput.LineSearch search = output.search(pattern);
        waitUntil("a line with " + pattern, search::advance, limit);
        return search.found().orElseThrow();
    }

    /**
     * Waits until a GET of the URL is answered with status 200.
     *
     * @throws IllegalStateException as {@link #waitForLine}
     */
    public void waitForHttpOk(URI url, Duration limit) {
        try (HttpProbe probe = new HttpProbe(url)) {
            waitUntil("200 from " + url, probe::isOk, limit);
        }
    }

    /**
     * Waits until the condition holds, looking every 20 ms.
     *
     * @param what names the condition in the error
     * @throws IllegalStateException as {@link #waitForLine}
     */
    public void waitUntil(String what, BooleanSupplier condition, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            // Asked before the condition is looked at for the last time, so that its last words are not missed.
            boolean ended = exitedWithin(LOOK_EVERY_MILLIS);
            if (ended && !condition.getAsBoolean()) {
                throw failure("ended with exit code " + process.exitValue() + " before " + what);
            }
            if (!ended && System.nanoTime() - deadline > 0) {
                throw failure("has not reached " + what + " within " + limit);
            }
        }
    }

    /** The exit code, 128 + signal number when a signal ended it; empty while it runs. */
    public OptionalInt exitCode() {
        return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
    }

    /**
     * Waits for the end of the process.
     *
     * @return its exit code, 128 + signal number when a signal ended it
     * @throws IllegalStateException when it still runs when the time is up
     */
    public int waitForExit(Duration limit) {
        if (!exitedWithin(limit.toMillis())) {
            throw failure("has not ended within " + limit);
        }
        removeExitHook();
        return process.exitValue();
    }

    /** Sends SIGTERM, which asks for an orderly end, and waits for it like {@link #waitForExit}. */
    public int sigterm(Duration limit) {
        process.destroy();
        return waitForExit(limit);
    }

    /** Sends SIGKILL and returns when the process is gone; does nothing when it has ended. Frozen processes die too. */
    public void sigkill() {
        process.destroyForcibly();
        waitForExit(Duration.ofSeconds(KILL_LIMIT_SECONDS));
    }

    /** Freezes the process (SIGSTOP): its connections stay open and nobody answers on them. */
    public void sigstop() {
        signal("STOP");
    }

    /** Lets a frozen process go on (SIGCONT). */
    public void sigcont() {
        signal("CONT");
    }

    /** Kills the process if it still runs. */
    @Override
    public void close() {
        sigkill();
    }

    private void signal(String signal) {
        try {
            // The shell's own kill: no package has to be installed for it.
            Process kill = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid()).inheritIO().start();
            if (!kill.waitFor(KILL_LIMIT_SECONDS, TimeUnit.SECONDS) || kill.exitValue() != 0) {
                throw failure("did not take signal " + signal);
            }
        } catch (IOException e) {
            // The test relies on the signal.
            throw new UncheckedIOException("cannot send " + signal + " to " + name, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sending " + signal + " to " + name, e);
        }
    }

    private boolean exitedWithin(long millis) {
        try {
            return process.waitFor(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + name, e);
        }
    }

    private void removeExitHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(killAtExit);
        } catch (IllegalStateException exiting) {
            // This JVM is on its way out; the hook finds a process that has ended.
        }
    }

    private IllegalStateException failure(String what) {
        return new IllegalStateException(name + " (process " + pid() + ") " + what + ". Its last output:\n"
                + output.tail());
    }

    @Override
    public String toString() {
        return name + Map.of("pid", pid(), "alive", isAlive());
    }
}

package io.offhook.testkit.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** The running postmaster of a data directory and its children, found through {@code postmaster.pid}. */
final class PostmasterFamily {
    private static final long EXIT_LIMIT_SECONDS = 10;

    private final Path pidFile;
    private final ProcessHandle postmaster;

    private PostmasterFamily(Path pidFile, ProcessHandle postmaster) {
        this.pidFile = pidFile;
        this.postmaster = postmaster;
    }

    /** The family that runs in this data directory; empty when none does. */
    static Optional<PostmasterFamily> of(Path data) {
        Path pidFile = data.resolve("postmaster.pid");
        try (Stream<String> lines = Files.lines(pidFile)) {
            // Line 1 is the process id. A stale file may name a process that is not PostgreSQL: leave that alone.
            return lines.findFirst().map(String::strip).filter(line -> line.matches("[0-9]+")).map(Long::valueOf)
                    .flatMap(ProcessHandle::of).filter(PostmasterFamily::isPostgres)
                    .map(process -> new PostmasterFamily(pidFile, process));
        } catch (NoSuchFileException down) {
            return Optional.empty();
        } catch (IOException e) {
            // Unknown whether it runs: nobody may start a second one.
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Ends the server that a killed JVM left behind in this directory.
     *
     * @throws IllegalStateException when a living JVM holds the directory
     */
    static void endLeftover(Path data) {
        Optional<PostmasterFamily> leftover = of(data);
        if (leftover.isEmpty()) {
            return;
        }
        // The lock that the embedded server's owner holds as long as it lives.
        try (FileChannel channel = FileChannel.open(data.resolve("epg-lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE); FileLock lock = channel.tryLock()) {
            if (lock == null) {
                throw new IllegalStateException(data + " is in use by another process");
            }
            leftover.get().kill();
        } catch (OverlappingFileLockException e) {
            throw new IllegalStateException(data + " is in use by another server of this JVM", e);
        } catch (IOException e) {
            // Unknown whether it is in use: do not touch it.
            throw new UncheckedIOException(e);
        }
    }

    /** SIGKILL to all; returns when they are gone, so that neither port nor shared memory is held any more. */
    void kill() {
        // The postmaster first: it would take the death of a child for a crash and start the others anew.
        List<ProcessHandle> family = Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
        family.forEach(ProcessHandle::destroyForcibly);
        CompletableFuture<?>[] exits = family.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(exits).get(EXIT_LIMIT_SECONDS, TimeUnit.SECONDS);
            // The next start must not mistake a later owner of this process id for the postmaster.
            Files.deleteIfExists(pidFile);
        } catch (TimeoutException | ExecutionException e) {
            throw new IllegalStateException("PostgreSQL " + postmaster.pid() + " does not die of SIGKILL", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while PostgreSQL " + postmaster.pid() + " dies", e);
        } catch (IOException e) {
            // The next start reads it and finds that the process is gone.
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isPostgres(ProcessHandle process) {
        return process.info().command().map(command -> command.endsWith("/postgres")).orElse(false);
    }
}

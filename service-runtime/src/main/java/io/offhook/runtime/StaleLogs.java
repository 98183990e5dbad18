package io.offhook.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the logs of instances that are gone. Each instance's own are rolled and removed by the log framework; where instances come and
 * go under names of their own, as containers do, nobody else would ever remove those of the earlier ones.
 */
final class StaleLogs {

    private static final Logger log = LoggerFactory.getLogger(StaleLogs.class);
    /** As long as an instance keeps its own ({@code logging.logback.rollingpolicy.max-history}). */
    private static final Duration KEPT = Duration.ofDays(14);

    private final Path directory;
    private final String service;

    StaleLogs(Path directory, String service) {
        this.directory = directory;
        this.service = service;
    }

    /** Removes the service's files that nobody has written to for so long. A running instance writes each day. */
    void remove(Instant now) {
        try (Stream<Path> files = Files.list(directory)) {
            files.filter(this::isOurs).forEach(file -> removeIfOlder(file, FileTime.from(now.minus(KEPT))));
        } catch (IOException e) {
            // They take room and do no other harm: the next start tries again.
            log.warn("{}: old logs cannot be looked for: {}", directory, e.toString());
        }
    }

    /** {@code <service>-<instance>.json}, rolled {@code <service>-<instance>.json.2026-01-31.0.gz}. */
    private boolean isOurs(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith(service + "-") && name.contains(".json") && Files.isRegularFile(file);
    }

    private static void removeIfOlder(Path file, FileTime limit) {
        try {
            if (Files.getLastModifiedTime(file).compareTo(limit) < 0) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // As above; another instance may have been faster.
            log.warn("{} cannot be removed: {}", file, e.toString());
        }
    }
}

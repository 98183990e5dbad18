package io.offhook.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Logs of containers that are gone. */
class StaleLogsTest {

    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    @TempDir
    private Path directory;

    @Test
    void thoseOfTheServiceThatNobodyWritesToAnyMoreAreRemovedAndNoOthers() throws IOException {
        Duration old = Duration.ofDays(15);
        Duration recent = Duration.ofDays(13);
        file("endpoint-api-0123456789ab.json", old);
        file("endpoint-api-0123456789ab.json.2026-01-15.0.gz", old);
        file("endpoint-api-ba9876543210.json", recent);
        file("webhook-dispatcher-0123456789ab.json", old);
        file("endpoint-api-notes.txt", old);

        new StaleLogs(directory, "endpoint-api").remove(NOW);

        assertThat(names()).containsExactlyInAnyOrder("endpoint-api-ba9876543210.json",
                "webhook-dispatcher-0123456789ab.json", "endpoint-api-notes.txt");
    }

    private void file(String name, Duration age) throws IOException {
        Files.setLastModifiedTime(Files.writeString(directory.resolve(name), "{}"), FileTime.from(NOW.minus(age)));
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}

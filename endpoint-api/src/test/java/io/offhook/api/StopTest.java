package io.offhook.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

import io.offhook.testkit.process.FreePort;
import io.offhook.testkit.process.JavaCommand;
import io.offhook.testkit.process.JavaProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class StopTest {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    @TempDir
    Path directory;

    @Test
    void aStartThatWaitsForPostgresEndsWithZeroToo() {
        String nobody = "jdbc:postgresql://127.0.0.1:" + FreePort.find() + "/offhook";
        try (JavaProcess api = JavaCommand.mainClass(ApiApplication.class)
                .environment("SPRING_DATASOURCE_URL", nobody)
                .environment("SERVER_PORT", "0").environment("OFFHOOK_LOG_DIR", directory.resolve("logs").toString())
                .outputFile(directory.resolve("out.log")).start()) {
            api.waitForLine(Pattern.compile("PostgreSQL cannot be used yet"), LIMIT);

            assertThat(api.sigterm(LIMIT)).isZero();
        }
    }
}

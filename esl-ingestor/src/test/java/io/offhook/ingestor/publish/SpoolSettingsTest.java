package io.offhook.ingestor.publish;

import java.time.Duration;

import io.offhook.runtime.InvalidSettingException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SpoolSettingsTest {

    @Test
    void refusesWhatCannotBeUsedInOneLine() {
        assertThatThrownBy(() -> settings(" ", Duration.ofSeconds(2), Duration.ofMillis(50)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("OFFHOOK_SPOOL_DIR: \" \" (expected: a folder that this process may write, or make)");
        assertThatThrownBy(() -> settings("spool", Duration.ofMillis(99), Duration.ofMillis(50)))
                .hasMessage("OFFHOOK_SPOOL_AWAY_AFTER: \"PT0.099S\" (expected: a duration from 100ms to 5m)");
        assertThatThrownBy(() -> settings("spool", Duration.ofSeconds(2), Duration.ofSeconds(11)))
                .hasMessage("OFFHOOK_SPOOL_FSYNC_INTERVAL: \"PT11S\" (expected: a duration from 1ms to 10s)");
    }

    private static SpoolSettings settings(String dir, Duration awayAfter, Duration fsyncInterval) {
        return new SpoolSettings(dir, 1_048_576, 10_000, awayAfter, fsyncInterval, 8_388_608);
    }
}

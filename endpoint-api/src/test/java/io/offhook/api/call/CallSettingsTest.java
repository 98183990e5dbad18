package io.offhook.api.call;

import java.time.Duration;

import io.offhook.runtime.InvalidSettingException;
import io.offhook.runtime.StatisticsSettings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CallSettingsTest {

    private static final Duration WAIT = Duration.ofMillis(200);

    @Test
    void durationsOutsideOfTheirBoundsAreRefusedByName() {
        for (Duration retention : new Duration[]{Duration.ofHours(23), Duration.ofDays(3651), Duration.ZERO}) {
            assertThatThrownBy(() -> new CallSettings(true, retention, 3, 1000, WAIT))
                    .isInstanceOf(InvalidSettingException.class).hasMessageContaining("OFFHOOK_CALLS_RETENTION");
            assertThatThrownBy(() -> new StatisticsSettings(retention)).isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining("OFFHOOK_STATS_RETENTION");
        }
        for (Duration wait : new Duration[]{Duration.ofMillis(-1), Duration.ofSeconds(11)}) {
            assertThatThrownBy(() -> new CallSettings(true, Duration.ofDays(1), 3, 1000, wait))
                    .isInstanceOf(InvalidSettingException.class).hasMessageContaining("OFFHOOK_CALLS_BATCH_WAIT");
        }
        assertThat(new CallSettings(true, Duration.ofDays(1), 3, 1000, WAIT).retention()).isEqualTo(Duration.ofDays(1));
    }
}

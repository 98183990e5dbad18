package io.offhook.ingestor;

import java.util.Locale;
import java.util.Map;

import io.offhook.runtime.InvalidSettingException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

class IngestorSettingsTest {

    @ParameterizedTest
    @CsvSource({
            "connect-timeout, -5s", "connect-timeout, 0s", "reply-timeout, 0s", "silence, 0s", "command-idle, -1s",
            "backoff, -1s", "backoff-max, -1s", "refused-backoff, -1s", "tenant-hold, -1s",
            "closed-leg-memory, -1s"})
    void aDurationThatCannotBeKeptIsNamedWithItsValue(String name, String value) {
        var binder = new Binder(new MapConfigurationPropertySource(Map.of("offhook.ingestor." + name, value)));
        assertThatThrownBy(() -> binder.bindOrCreate("offhook.ingestor", IngestorSettings.class))
                .rootCause().isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("OFFHOOK_INGESTOR_" + name.toUpperCase(Locale.ROOT).replace("-", "_"));
    }
}

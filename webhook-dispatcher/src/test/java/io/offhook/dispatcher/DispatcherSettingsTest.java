package io.offhook.dispatcher;

import java.time.Duration;
import java.util.Map;

import io.offhook.runtime.InvalidSettingException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DispatcherSettingsTest {

    @ParameterizedTest
    @ValueSource(strings = {"-1s", "0s", "999ms", "61m"})
    void aQueueWaitThatCannotBeUsedIsRefusedWithWhatIsAllowed(String value) {
        assertThatThrownBy(() -> withQueueWait(value)).rootCause().isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("OFFHOOK_DISPATCHER_QUEUE_WAIT").hasMessageContaining("a duration from 1s to 1h");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1s", "1h"})
    void theEndsOfWhatIsAllowedAreTaken(String value) {
        assertThat(withQueueWait(value).lanes().queueWait()).isBetween(Duration.ofSeconds(1), Duration.ofHours(1));
    }

    private static DispatcherSettings withQueueWait(String value) {
        return new Binder(new MapConfigurationPropertySource(Map.of("offhook.dispatcher.queue-wait", value)))
                .bindOrCreate("offhook.dispatcher", DispatcherSettings.class);
    }
}

package io.offhook.runtime;

import java.util.Map;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.bind.validation.ValidationBindHandler;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.validation.beanvalidation.LocalValidatorFactoryBean;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DnsSettingsTest {

    @ParameterizedTest
    @CsvSource({"threads, 0", "threads, 257", "timeout, 99ms", "timeout, 61s", "refresh, -1s", "refresh, 61m",
            "failure-memory, -1s", "failure-memory, 61m", "last-good, -1s", "last-good, 25h"})
    void whatCannotBeUsedIsRefused(String setting, String value) {
        assertThatThrownBy(() -> bind(setting, value)).rootCause().isInstanceOfAny(
                InvalidSettingException.class, BindValidationException.class);
    }

    @ParameterizedTest
    @CsvSource({"threads, 1", "threads, 256", "timeout, 100ms", "timeout, 60s", "refresh, 0s", "refresh, 1h",
            "failure-memory, 0s", "failure-memory, 1h", "last-good, 0s", "last-good, 24h"})
    void theEndsOfWhatIsAllowedAreTaken(String setting, String value) {
        assertThatCode(() -> bind(setting, value)).doesNotThrowAnyException();
    }

    private static void bind(String setting, String value) {
        try (var validator = new LocalValidatorFactoryBean()) {
            validator.afterPropertiesSet();
            new Binder(new MapConfigurationPropertySource(Map.of("offhook.dns." + setting, value))).bindOrCreate(
                    "offhook.dns", Bindable.of(DnsSettings.class), new ValidationBindHandler(validator));
        }
    }
}

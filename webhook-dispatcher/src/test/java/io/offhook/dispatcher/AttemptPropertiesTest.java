package io.offhook.dispatcher;

import java.util.Map;

import io.offhook.runtime.InvalidSettingException;
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

class AttemptPropertiesTest {

    @ParameterizedTest
    @CsvSource({"retention, 23h", "retention, 3651d", "partitions-ahead, 0", "partitions-ahead, 31",
            "queue-bytes, 65535", "queue-bytes, 1073741825", "batch, 0", "batch, 10001", "batch-wait, -1ms",
            "batch-wait, 11s"})
    void whatCannotBeUsedIsRefused(String setting, String value) {
        assertThatThrownBy(() -> bind(setting, value)).rootCause().isInstanceOfAny(
                InvalidSettingException.class, BindValidationException.class);
    }

    @ParameterizedTest
    @CsvSource({"retention, 1d", "retention, 3650d", "partitions-ahead, 1", "partitions-ahead, 30",
            "queue-bytes, 65536", "queue-bytes, 1073741824", "batch, 1", "batch, 10000", "batch-wait, 0ms",
            "batch-wait, 10s"})
    void theEndsOfWhatIsAllowedAreTaken(String setting, String value) {
        assertThatCode(() -> bind(setting, value)).doesNotThrowAnyException();
    }

    private static void bind(String setting, String value) {
        try (var validator = new LocalValidatorFactoryBean()) {
            validator.afterPropertiesSet();
            new Binder(new MapConfigurationPropertySource(Map.of("offhook.attempts." + setting, value))).bindOrCreate(
                    "offhook.attempts", Bindable.of(AttemptProperties.class), new ValidationBindHandler(validator));
        }
    }
}

package io.offhook.api.security;

import java.time.Duration;

import io.offhook.runtime.InvalidSettingException;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How wrong API keys are slowed down.
 *
 * @param burst wrong keys of one address that are answered at once; beyond them keys that are not known are not looked at (429)
 * @param interval after which the address may try one more
 * @param addresses addresses that are remembered at most, some 200 bytes each; beyond it those seen longest ago are forgotten
 */
@Validated
@ConfigurationProperties("offhook.api.wrong-keys")
public record WrongKeySettings(
        @DefaultValue("20") @Min(value = 1, message = COUNT) @Max(value = 1_000_000, message = COUNT) int burst,
        @DefaultValue("6s") Duration interval,
        @DefaultValue("10000") @Min(value = 1, message = COUNT) @Max(value = 1_000_000, message = COUNT) int addresses) {

    private static final String COUNT = "a whole number from 1 to 1000000";

    public WrongKeySettings {
        if (interval.compareTo(Duration.ofMillis(1)) < 0 || interval.compareTo(Duration.ofHours(1)) > 0) {
            throw new InvalidSettingException("offhook.api.wrong-keys.interval", interval, "a duration from 1ms to 1h");
        }
    }
}

package io.offhook.api.retention;

import java.time.Duration;

import io.offhook.runtime.InvalidSettingException;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How often the API removes what it keeps for a while only.
 *
 * @param interval between two looks for rows of the audit log and answers of idempotent requests that have had their time
 */
@ConfigurationProperties("offhook.api.sweep")
public record SweepSettings(@DefaultValue("10m") Duration interval) {

    public SweepSettings {
        if (interval.compareTo(Duration.ofSeconds(1)) < 0 || interval.compareTo(Duration.ofDays(1)) > 0) {
            throw new InvalidSettingException("offhook.api.sweep.interval", interval, "a duration from 1s to 1d");
        }
    }
}

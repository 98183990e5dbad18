package io.offhook.api.settings;

import java.time.Duration;

import io.offhook.runtime.InvalidSettingException;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the API must know of how the dispatchers retry.
 *
 * @param maxAge how long a delivery is tried, also after a resend
 * @param passAfter how long after a discard the leg's next event may pass the row
 */
@ConfigurationProperties("offhook.retry")
public record RetrySettings(@DefaultValue("24h") Duration maxAge, @DefaultValue("60s") Duration passAfter) {

    private static final Duration LONGEST = Duration.ofDays(365);

    public RetrySettings {
        if (maxAge.compareTo(Duration.ofSeconds(1)) < 0 || maxAge.compareTo(LONGEST) > 0) {
            throw new InvalidSettingException("offhook.retry.max-age", maxAge, "a duration from 1s to 365d");
        }
    }
}

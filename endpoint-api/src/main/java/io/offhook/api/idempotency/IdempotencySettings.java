package io.offhook.api.idempotency;

import java.time.Duration;

import io.offhook.runtime.InvalidSettingException;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How answers of requests with an {@code Idempotency-Key} are kept.
 *
 * @param keep how long the answer of a request with an {@code Idempotency-Key} is given again
 * @param running how long a request may run before it counts as given up, as when the process was killed; then it is done anew
 * @param maxPerCaller answers of one API key at most; beyond it the oldest are forgotten
 */
@Validated
@ConfigurationProperties("offhook.api.idempotency")
public record IdempotencySettings(@DefaultValue("24h") Duration keep, @DefaultValue("5m") Duration running,
        @DefaultValue("10000") @Min(value = 1, message = COUNT) @Max(value = 1_000_000, message = COUNT) int maxPerCaller) {

    private static final String COUNT = "a whole number from 1 to 1000000";
    private static final Duration LONGEST = Duration.ofDays(30);

    public IdempotencySettings {
        requireWithin("keep", keep);
        requireWithin("running", running);
    }

    private static void requireWithin(String name, Duration value) {
        if (value.compareTo(Duration.ofSeconds(1)) < 0 || value.compareTo(LONGEST) > 0) {
            throw new InvalidSettingException("offhook.api.idempotency." + name, value, "a duration from 1s to 30d");
        }
    }
}

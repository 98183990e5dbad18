package io.offhook.api.replay;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What the API allows of replays.
 *
 * @param maxOpenPerEndpoint replays of one endpoint that wait or run; beyond them a new one is refused with 409
 */
@Validated
@ConfigurationProperties("offhook.api.replay")
public record ReplayLimits(
        @DefaultValue("10") @Min(value = 1, message = "a whole number from 1 to 1000") @Max(value = 1000, message = "a whole number from 1 to 1000") int maxOpenPerEndpoint) {}

package io.offhook.dispatcher;

import java.time.Duration;
import java.util.List;

import io.offhook.dispatcher.retry.RetrySchedule;
import io.offhook.dispatcher.retry.RetrySettings;
import io.offhook.runtime.InvalidSettingException;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * When failed webhooks are sent again.
 *
 * @param schedule back-off steps, the last repeats: of an endpoint whose breaker is open one step per probe, else of a row one step
 *        per failed attempt
 * @param maxAge a delivery older than this is exhausted
 * @param jitter a delay d is drawn from [d * (1 - jitter), d]; 0 switches it off
 * @param messageTries attempts of a delivery that the receiver refuses for the message itself
 * @param passAfter how long after an event's own failure the leg's next event may pass it
 * @param keepEnded how long ended rows stay
 * @param claimInterval between looks for due rows
 * @param sweepInterval between looks for rows that are too old or too many
 * @param maxPending open rows of one endpoint; beyond them the oldest are exhausted
 */
@Validated
@ConfigurationProperties("offhook.retry")
public record RetryProperties(@DefaultValue({
        "1s", "3s", "10s", "30s", "2m", "10m", "30m"}) List<Duration> schedule,
        @DefaultValue("24h") Duration maxAge,
        @DefaultValue("0.5") @DecimalMin(value = "0", message = "a number from 0 to 1") @DecimalMax(value = "1", message = "a number from 0 to 1") double jitter,
        @DefaultValue("3") @Min(value = 1, message = "a whole number from 1 to 100") @Max(value = 100, message = "a whole number from 1 to 100") int messageTries,
        @DefaultValue("60s") Duration passAfter, @DefaultValue("7d") Duration keepEnded,
        @DefaultValue("250ms") Duration claimInterval, @DefaultValue("10s") Duration sweepInterval,
        @DefaultValue("1000000") @Min(value = 1, message = "a whole number from 1 to 100000000") @Max(value = 100_000_000, message = "a whole number from 1 to 100000000") int maxPending) {

    public RetryProperties {
        if (schedule.isEmpty() || schedule.stream().anyMatch(step -> step.isNegative() || step.isZero())) {
            throw new InvalidSettingException("offhook.retry.schedule", schedule,
                    "durations above 0, separated by commas");
        }
        if (maxAge.isNegative() || maxAge.isZero()) {
            throw new InvalidSettingException("offhook.retry.max-age", maxAge, "a duration above 0");
        }
    }

    RetrySettings settings() {
        return new RetrySettings(new RetrySchedule(schedule, jitter), maxAge, messageTries, passAfter, keepEnded,
                claimInterval, sweepInterval, maxPending);
    }
}

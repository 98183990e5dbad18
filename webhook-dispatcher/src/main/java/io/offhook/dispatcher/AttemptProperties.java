package io.offhook.dispatcher;

import java.time.Duration;

import io.offhook.dispatcher.attempt.AttemptSettings;
import io.offhook.runtime.InvalidSettingException;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The history of attempts.
 *
 * @param retention how long attempts are kept; a day's go together, once the last is this old. Where dispatchers differ, the shortest
 *        counts
 * @param partitionsAhead days after today whose partitions are made ahead
 * @param queueBytes memory of attempts that wait for their topic; beyond it they are dropped and counted, and delivery goes on
 * @param batch attempts that are stored in one transaction, at most
 * @param batchWait how long the topic is asked to wait for a batch to fill
 */
@Validated
@ConfigurationProperties("offhook.attempts")
public record AttemptProperties(@DefaultValue("30d") Duration retention,
        @DefaultValue("3") @Min(value = 1, message = "a whole number from 1 to 30") @Max(value = 30, message = "a whole number from 1 to 30") int partitionsAhead,
        @DefaultValue("33554432") @Min(value = 65_536, message = "a whole number from 65536 to 1073741824") @Max(value = 1_073_741_824, message = "a whole number from 65536 to 1073741824") long queueBytes,
        @DefaultValue("1000") @Min(value = 1, message = "a whole number from 1 to 10000") @Max(value = 10_000, message = "a whole number from 1 to 10000") int batch,
        @DefaultValue("500ms") Duration batchWait) {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    public AttemptProperties {
        if (retention.toDays() < 1 || retention.toDays() > 3650) {
            throw new InvalidSettingException("offhook.attempts.retention", retention, "a duration from 1d to 3650d");
        }
        if (batchWait.isNegative() || batchWait.compareTo(LONGEST_WAIT) > 0) {
            throw new InvalidSettingException("offhook.attempts.batch-wait", batchWait, "a duration from 0ms to 10s");
        }
    }

    AttemptSettings settings() {
        return new AttemptSettings(retention, partitionsAhead, queueBytes, batch, batchWait);
    }
}

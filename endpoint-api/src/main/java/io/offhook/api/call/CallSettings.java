package io.offhook.api.call;

import java.time.Duration;

import io.offhook.runtime.InvalidSettingException;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The table of calls.
 *
 * @param project whether this process takes part in bringing events into the table
 * @param retention how long calls are kept; a day's go together, once the last began this long ago. Where processes differ, the shortest
 *        counts
 * @param partitionsAhead days after today whose partitions are made ahead
 * @param batch events that are brought into the table in one transaction, at most
 * @param batchWait how long the topic is asked to wait for a batch to fill
 */
@Validated
@ConfigurationProperties("offhook.calls")
record CallSettings(@DefaultValue("true") boolean project, @DefaultValue("90d") Duration retention,
        @DefaultValue("3") @Min(value = 1, message = "a whole number from 1 to 30") @Max(value = 30, message = "a whole number from 1 to 30") int partitionsAhead,
        @DefaultValue("1000") @Min(value = 1, message = "a whole number from 1 to 10000") @Max(value = 10_000, message = "a whole number from 1 to 10000") int batch,
        @DefaultValue("200ms") Duration batchWait) {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    CallSettings {
        if (retention.toDays() < 1 || retention.toDays() > 3650) {
            throw new InvalidSettingException("offhook.calls.retention", retention, "a duration from 1d to 3650d");
        }
        if (batchWait.isNegative() || batchWait.compareTo(LONGEST_WAIT) > 0) {
            throw new InvalidSettingException("offhook.calls.batch-wait", batchWait, "a duration from 0ms to 10s");
        }
    }
}

package io.offhook.api.audit;

import java.time.Duration;

import io.offhook.runtime.InvalidSettingException;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How events are read from Kafka.
 *
 * @param maxReads reads of events at once, each of which takes up to 20 MB; beyond them the answer is 503
 * @param maxReadsPerTenant how many of them the keys of one tenant may have
 * @param lookBack how long before the range ids are learnt, so that a record whose first copy lies just before it is marked as a
 *        duplicate
 * @param kafkaTimeout how long Kafka may take to answer before the read is refused with 503
 * @param stallTimeout how long a read that has begun waits for a Kafka that gives nothing more before its connection is cut
 * @param idleInterval how often an empty line is sent while nothing is found, which shows when the client has gone
 */
@Validated
@ConfigurationProperties("offhook.api.audit")
public record AuditSettings(
        @DefaultValue("4") @Min(value = 1, message = COUNT) @Max(value = 100, message = COUNT) int maxReads,
        @DefaultValue("2") @Min(value = 1, message = COUNT) @Max(value = 100, message = COUNT) int maxReadsPerTenant,
        @DefaultValue("30s") Duration lookBack, @DefaultValue("3s") Duration kafkaTimeout,
        @DefaultValue("30s") Duration stallTimeout, @DefaultValue("5s") Duration idleInterval) {

    private static final String COUNT = "a whole number from 1 to 100";
    private static final Duration LONGEST = Duration.ofHours(1);

    public AuditSettings {
        check("look-back", lookBack, Duration.ZERO);
        check("kafka-timeout", kafkaTimeout, Duration.ofMillis(100));
        check("stall-timeout", stallTimeout, Duration.ofMillis(100));
        check("idle-interval", idleInterval, Duration.ofMillis(100));
    }

    private static void check(String name, Duration given, Duration least) {
        if (given.compareTo(least) < 0 || given.compareTo(LONGEST) > 0) {
            throw new InvalidSettingException("offhook.api.audit." + name, given,
                    "a duration from " + least.toMillis() + "ms to 1h");
        }
    }
}

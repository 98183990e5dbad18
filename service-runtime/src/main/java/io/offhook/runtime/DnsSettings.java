package io.offhook.runtime;

import java.time.Duration;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How names of receivers are resolved.
 *
 * @param threads look-ups at a time of names that answered lately, the same number of new names, and a quarter of it each of names that
 *        failed and that hung; look-ups that take long get further threads, ten times as many at most
 * @param timeout how long a look-up may take, and how long a webhook waits for one
 * @param refresh how long an answer is good without another look-up
 * @param failureMemory how long a failure is good without another look-up
 * @param lastGood how long the last good answer serves while look-ups fail
 */
@Validated
@ConfigurationProperties("offhook.dns")
public record DnsSettings(
        @DefaultValue("16") @Min(value = 1, message = "a whole number from 1 to 256") @Max(value = 256, message = "a whole number from 1 to 256") int threads,
        @DefaultValue("5s") Duration timeout, @DefaultValue("10s") Duration refresh,
        @DefaultValue("5s") Duration failureMemory, @DefaultValue("5m") Duration lastGood) {

    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(100);
    private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(60);

    public DnsSettings {
        if (timeout.compareTo(SHORTEST_TIMEOUT) < 0 || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new InvalidSettingException("offhook.dns.timeout", timeout, "a duration from 100ms to 60s");
        }
        requireWithin("refresh", refresh, Duration.ofHours(1), "a duration from 0s to 1h");
        requireWithin("failure-memory", failureMemory, Duration.ofHours(1), "a duration from 0s to 1h");
        requireWithin("last-good", lastGood, Duration.ofDays(1), "a duration from 0s to 24h");
    }

    private static void requireWithin(String name, Duration value, Duration longest, String allowed) {
        if (value.isNegative() || value.compareTo(longest) > 0) {
            throw new InvalidSettingException("offhook.dns." + name, value, allowed);
        }
    }
}

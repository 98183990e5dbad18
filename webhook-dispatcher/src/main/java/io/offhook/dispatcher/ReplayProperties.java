package io.offhook.dispatcher;

import java.time.Duration;

import io.offhook.dispatcher.replay.ReplaySettings;
import io.offhook.runtime.InvalidSettingException;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How replays are run.
 *
 * @param maxRunning replays that a dispatcher runs at once, each of which takes up to 20 MB; one of an endpoint at a time
 * @param slice how long one runs before it makes room for another that waits
 * @param pollInterval between looks for replays to run
 * @param saveInterval between saves of how far a replay has come; a cancellation is seen with the next
 * @param saveEvery events of a replay after which it is saved at the latest: so many at most are sent twice after a crash
 * @param lease how long after the last save of its dispatcher a replay goes to another
 * @param lookBack how far before its range a replay learns ids, so that a record whose first copy lies just before it is not sent
 * @param keepEnded how long replays that have ended stay in the list
 */
@Validated
@ConfigurationProperties("offhook.replay")
public record ReplayProperties(
        @DefaultValue("4") @Min(value = 1, message = "a whole number from 1 to 100") @Max(value = 100, message = "a whole number from 1 to 100") int maxRunning,
        @DefaultValue("30s") Duration slice, @DefaultValue("1s") Duration pollInterval,
        @DefaultValue("1s") Duration saveInterval,
        @DefaultValue("100") @Min(value = 1, message = "a whole number from 1 to 10000") @Max(value = 10_000, message = "a whole number from 1 to 10000") int saveEvery,
        @DefaultValue("15s") Duration lease, @DefaultValue("30s") Duration lookBack,
        @DefaultValue("30d") Duration keepEnded) {

    private static final int LEASE_PER_SAVE = 2;

    public ReplayProperties {
        check("slice", slice, Duration.ofMillis(1));
        check("poll-interval", pollInterval, Duration.ofMillis(10));
        check("save-interval", saveInterval, Duration.ofMillis(10));
        check("look-back", lookBack, Duration.ZERO);
        check("keep-ended", keepEnded, Duration.ofSeconds(1));
        check("lease", lease, saveInterval.multipliedBy(LEASE_PER_SAVE));
    }

    private static void check(String name, Duration given, Duration least) {
        if (given.compareTo(least) < 0) {
            throw new InvalidSettingException("offhook.replay." + name, given,
                    "a duration of at least " + least.toMillis() + "ms");
        }
    }

    ReplaySettings settings() {
        return new ReplaySettings(maxRunning, slice, pollInterval, saveInterval, saveEvery, lease, lookBack, keepEnded);
    }
}

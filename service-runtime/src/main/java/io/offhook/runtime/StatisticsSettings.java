package io.offhook.runtime;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is counted of calls and deliveries.
 *
 * @param retention how long counts by minute and hour are kept; a day's go together, once the last is this old. Where processes differ,
 *        the shortest counts
 */
@ConfigurationProperties("offhook.stats")
public record StatisticsSettings(@DefaultValue("90d") Duration retention) {

    public StatisticsSettings {
        if (retention.toDays() < 1 || retention.toDays() > 3650) {
            throw new InvalidSettingException("offhook.stats.retention", retention, "a duration from 1d to 3650d");
        }
    }
}

package io.offhook.runtime;

import java.time.Duration;

import io.offhook.model.Topics;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How topics are named and made.
 *
 * @param prefix of every topic; consumer groups follow it
 * @param replication of topics that Offhook makes; unset for the broker's default
 * @param partitions of the events topic, and of those that go with it, when Offhook makes them; a topic that exists stays as it is
 * @param retention of call events, CDRs, hand-offs and attempts
 */
@Validated
@ConfigurationProperties("offhook.topic")
public record TopicSettings(@DefaultValue(Topics.DEFAULT_PREFIX) String prefix,
        @Min(value = 1, message = "a whole number from 1 to 9") @Max(value = 9, message = "a whole number from 1 to 9") Short replication,
        @DefaultValue("24") @Min(value = 1, message = "a whole number from 1 to 1000") @Max(value = 1000, message = "a whole number from 1 to 1000") int partitions,
        @DefaultValue("7d") Duration retention) {

    public TopicSettings {
        try {
            new Topics(prefix);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("offhook.topic.prefix", prefix,
                    "at most 200 letters, digits, dots, hyphens and underscores");
        }
        if (retention.toMinutes() < 1) {
            throw new InvalidSettingException("offhook.topic.retention", retention, "a duration of at least 1m");
        }
    }

    public Topics topics() {
        return new Topics(prefix);
    }
}

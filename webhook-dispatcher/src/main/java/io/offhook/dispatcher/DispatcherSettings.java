package io.offhook.dispatcher;

import java.time.Duration;
import java.util.Set;

import io.offhook.dispatcher.lane.LaneSettings;
import io.offhook.dispatcher.live.LiveSettings;
import io.offhook.runtime.InvalidSettingException;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How the dispatcher delivers.
 *
 * @param roles parts that this process has: live reads call events and delivers them, retry sends failed webhooks again and runs replays, persist
 *        writes
 *        hand-offs and attempts from their topics into PostgreSQL
 * @param queue deliveries of one endpoint that may wait; beyond it they are handed off
 * @param queueWait how long a delivery may wait for one of its endpoint's slots, or for its rate; then it is handed off
 * @param maxInFlight requests under way in this dispatcher, all endpoints together
 * @param breakerThreshold failures in a row that open an endpoint's breaker
 * @param maxUnsettled deliveries accepted and not settled beyond which the topic is not read on
 * @param maxSpan offsets of a partition that may lie between the first not settled and the last read
 * @param leastReadPerSecond call events a second that are read however much waits for receivers; more than are appended, or a receiver
 *        that is slow for its traffic delays others
 * @param idMemory how long an event's id is known as delivered or on its way
 * @param readBack how far before the committed offset a partition is read when it is assigned, so that its latest ids are known
 * @param commitInterval between commits of offsets
 * @param revokeDrain how long requests under way may end when a partition goes to another dispatcher
 * @param registryInterval between looks for changed endpoints
 * @param sessionTimeout how soon the partitions of a dispatcher that is killed go to the others; the brokers must allow it
 * @param drain how long requests under way may end at SIGTERM
 */
@Validated
@ConfigurationProperties("offhook.dispatcher")
public record DispatcherSettings(
        @DefaultValue({
                "live", "retry",
                "persist"}) @NotEmpty(message = "one or more of live, retry, persist") Set<DispatcherRole> roles,
        @DefaultValue("256") @Min(value = 1, message = "a whole number from 1 to 100000") @Max(value = 100_000, message = "a whole number from 1 to 100000") int queue,
        @DefaultValue("30s") Duration queueWait,
        @DefaultValue("2048") @Min(value = 1, message = "a whole number from 1 to 100000") @Max(value = 100_000, message = "a whole number from 1 to 100000") int maxInFlight,
        @DefaultValue("5") @Min(value = 1, message = "a whole number from 1 to 1000") @Max(value = 1000, message = "a whole number from 1 to 1000") int breakerThreshold,
        @DefaultValue("20000") @Min(value = 1, message = "a whole number of at least 1") int maxUnsettled,
        @DefaultValue("1000000") @Min(value = 1000, message = "a whole number from 1000 to 100000000") @Max(value = 100_000_000, message = "a whole number from 1000 to 100000000") long maxSpan,
        @DefaultValue("5000") @Min(value = 100, message = "a whole number from 100 to 1000000") @Max(value = 1_000_000, message = "a whole number from 100 to 1000000") int leastReadPerSecond,
        @DefaultValue("10m") Duration idMemory, @DefaultValue("30s") Duration readBack,
        @DefaultValue("500ms") Duration commitInterval,
        @DefaultValue("3s") Duration revokeDrain, @DefaultValue("1s") Duration registryInterval,
        @DefaultValue("10s") Duration sessionTimeout, @DefaultValue("20s") Duration drain) {

    private static final Duration SHORTEST_QUEUE_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_QUEUE_WAIT = Duration.ofHours(1);

    public DispatcherSettings {
        if (queueWait.compareTo(SHORTEST_QUEUE_WAIT) < 0 || queueWait.compareTo(LONGEST_QUEUE_WAIT) > 0) {
            throw new InvalidSettingException("offhook.dispatcher.queue-wait", queueWait, "a duration from 1s to 1h");
        }
    }

    LaneSettings lanes() {
        return new LaneSettings(queue, queueWait, maxInFlight, maxUnsettled, breakerThreshold);
    }

    LiveSettings live() {
        return new LiveSettings(maxUnsettled, maxSpan, leastReadPerSecond, idMemory, readBack, commitInterval,
                revokeDrain);
    }
}

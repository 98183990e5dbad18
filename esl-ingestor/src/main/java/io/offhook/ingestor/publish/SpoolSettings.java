package io.offhook.ingestor.publish;

import java.time.Duration;

import io.offhook.runtime.InvalidSettingException;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Where call events wait while Kafka is away.
 *
 * @param dir folder of the spool; ingestors may share it, each has a folder of its own in it
 * @param maxBytes how much of the disk the spool may take, in bytes, with what an ingestor takes over from others
 * @param memoryEvents events in memory that Kafka has not acknowledged; together they take at most a quarter of maxBytes
 * @param awayAfter age of the oldest unacknowledged event at which Kafka counts as away and the spool begins
 * @param fsyncInterval how long an event in the spool may wait for its fsync; 256 events do not wait for it
 * @param segmentBytes size of one file of the spool, in bytes; at most an eighth of maxBytes is used
 */
@Validated
@ConfigurationProperties("offhook.spool")
public record SpoolSettings(@DefaultValue("spool") String dir,
        @DefaultValue("1073741824") @Min(value = SpoolSettings.MIN_BYTES, message = SpoolSettings.BYTES) @Max(value = SpoolSettings.MAX_BYTES, message = SpoolSettings.BYTES) long maxBytes,
        @DefaultValue("10000") @Min(value = 100, message = "a whole number from 100 to 1000000") @Max(value = 1_000_000, message = "a whole number from 100 to 1000000") int memoryEvents,
        @DefaultValue("2s") Duration awayAfter, @DefaultValue("50ms") Duration fsyncInterval,
        @DefaultValue("8388608") @Min(value = 65_536, message = "a whole number of bytes from 65536 to 67108864") @Max(value = 67_108_864, message = "a whole number of bytes from 65536 to 67108864") int segmentBytes) {

    static final long MIN_BYTES = 1_048_576;
    static final long MAX_BYTES = 1_099_511_627_776L;
    static final String BYTES = "a whole number of bytes from 1048576 to 1099511627776";

    public SpoolSettings {
        if (dir.isBlank()) {
            throw new InvalidSettingException("offhook.spool.dir", dir,
                    "a folder that this process may write, or make");
        }
        require("offhook.spool.away-after", awayAfter, Duration.ofMillis(100), Duration.ofMinutes(5),
                "a duration from 100ms to 5m");
        require("offhook.spool.fsync-interval", fsyncInterval, Duration.ofMillis(1), Duration.ofSeconds(10),
                "a duration from 1ms to 10s");
    }

    private static void require(String property, Duration value, Duration least, Duration most, String allowed) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new InvalidSettingException(property, value, allowed);
        }
    }

    /** What events in memory may take, in bytes, so that all of them fit into an empty spool and leave room for more. */
    long memoryBytes() {
        return maxBytes / 4;
    }

    /** Small against the bound, since a file is only deleted as a whole. */
    long segmentLimit() {
        return Math.min(segmentBytes, maxBytes / 8);
    }
}

package io.offhook.ingestor.cdr;

import java.time.Duration;

import io.offhook.runtime.InvalidSettingException;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * CDRs that FreeSWITCH's mod_json_cdr sends to {@code POST /cdr}.
 *
 * @param username that mod_json_cdr gives; without it and a password the path answers 404
 * @param password that mod_json_cdr gives
 * @param passwordFile a file whose first line is the password; wins over the variable above
 * @param maxBytes size of a CDR's body beyond which it is refused
 * @param answerWithin how long FreeSWITCH may wait for an answer before it gets 503
 * @param memory how long an accepted CDR is known, so that its copies are not kept again
 * @param hold how long a CDR waits for the leg's own events, which come after it
 * @param maxWaiting CDRs that may wait in memory; beyond it the topic is not read on
 */
@ConfigurationProperties("offhook.cdr")
public record CdrSettings(@DefaultValue("") String username, @DefaultValue("") String password,
        @DefaultValue("") String passwordFile, @DefaultValue("1048576") int maxBytes,
        @DefaultValue("1s") Duration answerWithin, @DefaultValue("10m") Duration memory,
        @DefaultValue("30s") Duration hold, @DefaultValue("20000") int maxWaiting) {

    private static final String PREFIX = "offhook.cdr.";

    public CdrSettings {
        // A CDR of an ordinary call has 5 to 15 kB.
        require("max-bytes", maxBytes, maxBytes >= 16_384 && maxBytes <= 16_777_216, "bytes from 16384 to 16777216");
        within("answer-within", answerWithin, Duration.ofMillis(50), Duration.ofSeconds(30));
        within("memory", memory, Duration.ZERO, Duration.ofHours(1));
        within("hold", hold, Duration.ZERO, Duration.ofHours(1));
        require("max-waiting", maxWaiting, maxWaiting >= 100 && maxWaiting <= 1_000_000,
                "a whole number from 100 to 1000000");
    }

    /** Whether FreeSWITCH may send CDRs here. */
    public boolean taken() {
        return !username.isEmpty();
    }

    private static void within(String name, Duration value, Duration least, Duration most) {
        require(name, value, value.compareTo(least) >= 0 && value.compareTo(most) <= 0,
                "a duration from " + least.toMillis() + "ms to " + most.toSeconds() + "s");
    }

    private static void require(String name, Object value, boolean allowed, String expected) {
        if (!allowed) {
            throw new InvalidSettingException(PREFIX + name, value, expected);
        }
    }

    @Override
    public String toString() {
        return "CdrSettings[username=" + username + "]";
    }
}

package io.offhook.ingestor;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.offhook.ingestor.call.TenantRules;
import io.offhook.ingestor.esl.EslTimings;
import io.offhook.runtime.InvalidSettingException;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How the ingestor listens and what it makes of legs.
 *
 * @param connectTimeout bound of a TCP connect to a node
 * @param replyTimeout bound of each answer that FreeSWITCH owes: greeting, auth, event
 * @param silence without a frame until a node is asked whether it lives; three heartbeats by default
 * @param userTimeout until a node that acknowledges nothing counts as gone, by TCP_USER_TIMEOUT and keep-alive; 1 s or more
 * @param commandIdle after its last command until the connection for commands is closed
 * @param backoff first delay before a node is connected again; doubles
 * @param backoffMax its bound
 * @param refusedBackoff delay after a refused password or address
 * @param queueEvents events of one node that may wait to be worked on; beyond it the connection is closed
 * @param queueBytes what these events may take in memory, in bytes; an event has about 10,000, all nodes together may take eight times as much, and a quarter of the heap
 * @param tenantHold how long an originate waits for somebody to name its tenant; 0 for not at all
 * @param tenantHeaders headers that may name a tenant, in the order of trust
 * @param tenantByNumber dialled number to tenant, for DID calls: {@code +49301001=tenant-a.example,+49401001=tenant-b.example}
 * @param closedLegMemory how long an ended leg is remembered
 * @param closedLegs ended legs that are remembered at most, some 400 bytes each; beyond it the oldest are forgotten early
 * @param loopbackLegs what becomes of the two legs that the loopback endpoint makes of one
 */
@Validated
@ConfigurationProperties("offhook.ingestor")
public record IngestorSettings(@DefaultValue("5s") Duration connectTimeout, @DefaultValue("10s") Duration replyTimeout,
        @DefaultValue("60s") Duration silence, @DefaultValue("30s") Duration userTimeout,
        @DefaultValue("60s") Duration commandIdle, @DefaultValue("250ms") Duration backoff,
        @DefaultValue("10s") Duration backoffMax,
        @DefaultValue("30s") Duration refusedBackoff,
        @DefaultValue("20000") @Min(value = 100, message = "a whole number from 100 to 1000000") @Max(value = 1_000_000, message = "a whole number from 100 to 1000000") int queueEvents,
        @DefaultValue("33554432") @Min(value = 1_048_576, message = "a whole number of bytes from 1048576 to 1073741824") @Max(value = 1_073_741_824, message = "a whole number of bytes from 1048576 to 1073741824") long queueBytes,
        @DefaultValue("250ms") Duration tenantHold,
        @DefaultValue({
                "variable_tenant", "variable_domain_name", "variable_dialed_domain",
                "Channel-Presence-ID"}) List<String> tenantHeaders,
        @DefaultValue("") String tenantByNumber, @DefaultValue("10m") Duration closedLegMemory,
        @DefaultValue("500000") @Min(value = 1000, message = "a whole number from 1000 to 100000000") @Max(value = 100_000_000, message = "a whole number from 1000 to 100000000") int closedLegs,
        @DefaultValue("exclude") LoopbackLegs loopbackLegs) {

    public IngestorSettings {
        atLeast(Duration.ofMillis(1), "connect-timeout", connectTimeout);
        atLeast(Duration.ofMillis(1), "reply-timeout", replyTimeout);
        atLeast(Duration.ofMillis(1), "silence", silence);
        atLeast(Duration.ofMillis(1), "command-idle", commandIdle);
        atLeast(Duration.ofMillis(1), "backoff", backoff);
        atLeast(Duration.ofMillis(1), "backoff-max", backoffMax);
        atLeast(Duration.ofMillis(1), "refused-backoff", refusedBackoff);
        atLeast(Duration.ZERO, "tenant-hold", tenantHold);
        atLeast(Duration.ZERO, "closed-leg-memory", closedLegMemory);
        if (userTimeout.toSeconds() < 1) {
            throw new InvalidSettingException("offhook.ingestor.user-timeout", userTimeout, "1s or more");
        }
    }

    /** At most an hour: a socket's time-out is counted in milliseconds of an int. */
    private static void atLeast(Duration least, String name, Duration value) {
        if (value.compareTo(least) < 0 || value.compareTo(Duration.ofHours(1)) > 0) {
            throw new InvalidSettingException("offhook.ingestor." + name, value,
                    "a duration from " + least.toMillis() + "ms to 1h");
        }
    }

    /** The loopback endpoint makes two legs of one logical call. */
    public enum LoopbackLegs {
        EXCLUDE, INCLUDE
    }

    EslTimings timings() {
        return new EslTimings(connectTimeout, replyTimeout, silence, backoff, backoffMax, refusedBackoff, userTimeout,
                commandIdle);
    }

    TenantRules tenantRules() {
        return new TenantRules(tenantHeaders, tenantsByNumber());
    }

    private Map<String, String> tenantsByNumber() {
        var tenants = new HashMap<String, String>();
        for (String part : tenantByNumber.split(",")) {
            int equals = part.indexOf('=');
            String tenant = equals <= 0 ? null : TenantRules.domain(part.substring(equals + 1));
            if (!part.isBlank() && tenant == null) {
                throw new InvalidSettingException("offhook.ingestor.tenant-by-number", part.strip(),
                        "number=tenant, separated by commas, such as +49301001=tenant-a.example");
            }
            if (tenant != null) {
                tenants.put(part.substring(0, equals).strip(), tenant);
            }
        }
        return tenants;
    }
}

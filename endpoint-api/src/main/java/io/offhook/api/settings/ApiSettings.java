package io.offhook.api.settings;

import java.util.regex.Pattern;

import io.offhook.runtime.InvalidSettingException;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What the API allows.
 *
 * @param adminKey the bootstrap administrator's key; the API refuses to start without one unless the database has an
 *        administrator's key
 * @param maxEndpointsPerTenant endpoints of one tenant at most
 * @param maxGlobalEndpoints endpoints without a tenant at most: each of them receives every event
 */
@Validated
@ConfigurationProperties("offhook.api")
public record ApiSettings(String adminKey,
        @DefaultValue("50") @Min(value = 0, message = COUNT) @Max(value = 100_000, message = COUNT) int maxEndpointsPerTenant,
        @DefaultValue("20") @Min(value = 0, message = COUNT) @Max(value = 100_000, message = COUNT) int maxGlobalEndpoints) {

    private static final Logger log = LoggerFactory.getLogger(ApiSettings.class);

    /** The property of {@link #adminKey()}. */
    public static final String ADMIN_KEY = "offhook.api.admin-key";

    private static final String COUNT = "a whole number from 0 to 100000";

    /** What a bearer token can carry in a header. */
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,512}");
    /** Below it a search over the network is not hopeless; the operator is told, and decides. */
    private static final int SAFE_LENGTH = 16;

    public ApiSettings {
        // Compose files leave a variable that is not set as an empty one.
        adminKey = adminKey == null || adminKey.isEmpty() ? null : adminKey;
        if (adminKey != null && !KEY.matcher(adminKey).matches()) {
            throw new InvalidSettingException(ADMIN_KEY, adminKey,
                    "1 to 512 visible ASCII characters without spaces");
        }
        if (adminKey != null && adminKey.length() < SAFE_LENGTH) {
            log.warn("OFFHOOK_API_ADMIN_KEY has {} characters; {} or more random ones cannot be guessed",
                    adminKey.length(),
                    SAFE_LENGTH);
        }
    }

    /** Without the key: settings may end up in a log. */
    @Override
    public String toString() {
        return "ApiSettings[maxEndpointsPerTenant=" + maxEndpointsPerTenant + ", maxGlobalEndpoints="
                + maxGlobalEndpoints + "]";
    }
}

package io.offhook.api.settings;

import java.util.regex.Pattern;

import io.offhook.runtime.InvalidSettingException;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What the API allows.
 *
 * @param adminKey the bootstrap administrator's key; {@code null} when unset
 * @param maxEndpointsPerTenant endpoints of one tenant at most
 * @param maxGlobalEndpoints endpoints without a tenant at most: each of them receives every event
 */
@Validated
@ConfigurationProperties("offhook.api")
public record ApiSettings(String adminKey,
        @DefaultValue("50") @Min(value = 0, message = COUNT) @Max(value = 100_000, message = COUNT) int maxEndpointsPerTenant,
        @DefaultValue("20") @Min(value = 0, message = COUNT) @Max(value = 100_000, message = COUNT) int maxGlobalEndpoints) {

    /** The property of {@link #adminKey()}. */
    public static final String ADMIN_KEY = "offhook.api.admin-key";

    private static final String COUNT = "a whole number from 0 to 100000";

    /** What a bearer token can carry in a header. 16 characters keep an on-line search hopeless. */
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{16,512}");

    public ApiSettings {
        if (adminKey != null && !KEY.matcher(adminKey).matches()) {
            throw new InvalidSettingException(ADMIN_KEY, adminKey,
                    "16 to 512 visible ASCII characters without spaces");
        }
    }

    /** Without the key: settings may end up in a log. */
    @Override
    public String toString() {
        return "ApiSettings[maxEndpointsPerTenant=" + maxEndpointsPerTenant + ", maxGlobalEndpoints="
                + maxGlobalEndpoints + "]";
    }
}

package io.offhook.api.security;

import java.time.Duration;

import io.offhook.runtime.InvalidSettingException;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The log of changes over the API.
 *
 * @param retention how long an entry of the audit log is kept
 */
@ConfigurationProperties("offhook.api.audit-log")
public record AuditLogSettings(@DefaultValue("400d") Duration retention) {

    public AuditLogSettings {
        if (retention.compareTo(Duration.ofDays(1)) < 0 || retention.compareTo(Duration.ofDays(36_500)) > 0) {
            throw new InvalidSettingException("offhook.api.audit-log.retention", retention,
                    "a duration from 1d to 36500d");
        }
    }
}

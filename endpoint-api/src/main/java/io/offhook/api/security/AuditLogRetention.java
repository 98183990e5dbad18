package io.offhook.api.security;

import io.offhook.api.retention.Expiring;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Component;

/** Ends entries of the audit log. */
@Component
@EnableConfigurationProperties(AuditLogSettings.class)
final class AuditLogRetention implements Expiring {

    private final AuditLogRows rows;
    private final AuditLogSettings settings;

    AuditLogRetention(AuditLogRows rows, AuditLogSettings settings) {
        this.rows = rows;
        this.settings = settings;
    }

    @Override
    public String name() {
        return "audit log";
    }

    @Override
    public int remove(int batch) {
        return rows.removeOlderThan(settings.retention().toSeconds(), batch);
    }
}

package io.offhook.api.idempotency;

import io.offhook.api.retention.Expiring;
import org.springframework.stereotype.Component;

/** Forgets answers that are too old or too many. */
@Component
final class IdempotencyRetention implements Expiring {

    private final IdempotencyRows rows;
    private final IdempotencySettings settings;

    IdempotencyRetention(IdempotencyRows rows, IdempotencySettings settings) {
        this.rows = rows;
        this.settings = settings;
    }

    @Override
    public String name() {
        return "answers of idempotent requests";
    }

    @Override
    public int remove(int batch) {
        int expired = rows.removeExpired(batch);
        return expired == batch ? expired : rows.removeBeyond(settings.maxPerCaller(), batch);
    }
}

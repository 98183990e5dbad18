package io.offhook.api.failure;

import java.util.UUID;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Table {@code failed_webhooks}. */
@Repository
public class FailureRows {

    /** Rows changed by one statement: locks stay short, and a million rows stay below the socket's time-out. */
    private static final int BATCH = 5_000;

    private final JdbcClient jdbc;

    FailureRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Gives up what a deleted endpoint still had to get. A settle under way finds its lease gone and changes nothing. */
    public int discardOpenRowsOf(UUID endpoint) {
        int all = 0;
        int some;
        do {
            some = jdbc.sql("""
                    update failed_webhooks set status = 'discarded', next_attempt_at = null, ended_at = now(),
                        passable_at = now(), lease_id = null, lease_until = null
                    where id in (select id from failed_webhooks where endpoint_id = :endpoint and status = 'pending'
                                 order by id limit :batch for update)""").param("endpoint", endpoint)
                    .param("batch", BATCH).update();
            all += some;
        } while (some == BATCH);
        return all;
    }
}

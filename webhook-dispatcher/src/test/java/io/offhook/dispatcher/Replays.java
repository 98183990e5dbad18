package io.offhook.dispatcher;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Asks for replays as the API does, and sees how they go. */
final class Replays {

    private final JdbcClient jdbc;

    Replays(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    UUID add(UUID endpoint, Instant from, Instant to) {
        return add(endpoint, from, to, Map.of());
    }

    /** @param columns values other than the defaults, as SQL */
    UUID add(UUID endpoint, Instant from, Instant to, Map<String, String> columns) {
        UUID id = UUID.randomUUID();
        var all = new TreeMap<>(Map.of("dry_run", "false"));
        all.putAll(columns);
        jdbc.sql("insert into replays (id, endpoint_id, from_time, to_time, " + String.join(", ", all.keySet())
                + ") values (?, ?, ?, ?, " + String.join(", ", all.values()) + ")")
                .params(List.of(id, endpoint, from.atOffset(ZoneOffset.UTC), to.atOffset(ZoneOffset.UTC))).update();
        return id;
    }

    void cancel(UUID id) {
        jdbc.sql("update replays set status = 'cancelled', ended_at = now() where id = ? and ended_at is null")
                .param(id).update();
    }

    Map<String, Object> row(UUID id) {
        return jdbc.sql("select * from replays where id = ?").param(id).query().singleRow();
    }

    void awaitStatus(UUID id, String status) {
        await().atMost(Site.LIMIT).untilAsserted(() -> assertThat(row(id)).containsEntry("status", status));
    }
}

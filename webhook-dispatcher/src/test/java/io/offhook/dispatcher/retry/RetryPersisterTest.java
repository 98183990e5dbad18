package io.offhook.dispatcher.retry;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.offhook.dispatcher.SharedServers;
import io.offhook.model.CallAction;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

import static io.offhook.model.CallAction.ANSWER;
import static io.offhook.model.CallAction.HANGUP;
import static io.offhook.model.CallAction.ORIGINATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Batches of the retry topic on a real PostgreSQL. */
@ExtendWith(SharedServers.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RetryPersisterTest {

    private final EmbeddedPostgresServer postgres;
    @AutoClose
    private final RetryRows rows;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final RetryPersister persister;
    private final UUID endpoint;
    private long offset;

    RetryPersisterTest(EmbeddedPostgresServer postgres) {
        this.postgres = postgres;
        this.rows = new RetryRows(postgres, "retry_persister");
        this.endpoint = rows.registry.addEndpoint("http://127.0.0.1:1/ok");
        this.persister = new RetryPersister(rows.store, rows.indexScans, new RetryMetrics(meters));
    }

    @BeforeEach
    void empty() {
        rows.jdbc.update("truncate failed_webhooks, retry_persister_progress");
    }

    @Test
    void aBatchBecomesRowsAndProgressAndASecondTimeNothing() {
        double before = counted("written");
        var batch = List.of(record("b", HANGUP), record("a", HANGUP), record("b", ANSWER), record("a", ORIGINATE));
        persister.onMessage(batch);
        persister.onMessage(batch);
        assertThat(events()).containsExactlyInAnyOrder("a_originate", "a_hangup", "b_answer", "b_hangup");
        assertThat(counted("written") - before).isEqualTo(4);
        assertThat(progress()).isEqualTo(offset);
        assertThat(RetryRows.ids(rows.claim(endpoint, 10))).as("however they lay in the batch")
                .containsExactlyInAnyOrder("a_originate", "b_answer");
    }

    @Test
    void whatPostgresRefusesForGoodStopsNoOther() {
        double refused = counted("refused");
        double written = counted("written");
        var batch = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        batch.add(record("a", ORIGINATE));
        batch.add(record(tooLongForAnIndex(1), ANSWER));
        batch.add(new ConsumerRecord<>("retries", 0, offset++, null, "no hand-off".getBytes(StandardCharsets.UTF_8)));
        batch.add(record("b", ORIGINATE));
        batch.add(record(tooLongForAnIndex(2), ANSWER));
        batch.add(record("c", HANGUP));
        persister.onMessage(batch);
        assertThat(events()).containsExactlyInAnyOrder("a_originate", "b_originate", "c_hangup");
        assertThat(counted("refused") - refused).isEqualTo(2);
        assertThat(counted("written") - written).isEqualTo(3);
        assertThat(progress()).isEqualTo(offset);

        persister.onMessage(List.of(record(tooLongForAnIndex(3), ANSWER)));
        assertThat(progress()).as("of a batch of which nothing is left").isEqualTo(offset);
    }

    @Test
    void whilePostgresIsAwayTheBatchFailsAndComesAgain() {
        var batch = List.of(record("a", ORIGINATE));
        postgres.stop();
        try {
            assertThatThrownBy(() -> persister.onMessage(batch)).isInstanceOfAny(TransactionException.class,
                    DataAccessException.class);
        } finally {
            postgres.start();
            rows.reconnect();
        }
        persister.onMessage(batch);
        assertThat(events()).containsExactly("a_originate");
    }

    /** Of chance, so that it cannot be compressed. */
    private static String tooLongForAnIndex(int seed) {
        var text = new StringBuilder();
        new Random(seed).ints(6000, 0x4E00, 0x9F00).forEach(text::appendCodePoint);
        return text.toString();
    }

    private ConsumerRecord<byte[], byte[]> record(String uuid, CallAction action) {
        byte[] value = new RetryRecord.Codec().encode(RetryRows.notTried(endpoint, uuid, action));
        return new ConsumerRecord<>("retries", 0, offset++, uuid.getBytes(StandardCharsets.UTF_8), value);
    }

    private double counted(String what) {
        return meters.get("offhook.dispatcher.rows." + what).counter().count();
    }

    private List<String> events() {
        return rows.jdbc.queryForList("select event_id from failed_webhooks", String.class);
    }

    private long progress() {
        return rows.jdbc.queryForObject("select next_offset from retry_persister_progress", Long.class);
    }
}

package io.offhook.testkit.receiver;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LedgerTest {
    private final Ledger ledger = new Ledger(Ledger.Detail.ENTRIES, 100);

    @Test
    void aRetryAfterAFailureIsNoDuplicateAndASecondSuccessIs() {
        add("/a", "u1_originate", "503");
        add("/a", "u1_originate", "200");
        add("/b", "u1_originate", "200");
        assertThat(ledger.duplicateCount()).isZero();
        add("/a", "u1_originate", "200");

        assertThat(ledger.count()).isEqualTo(4);
        assertThat(ledger.acceptedCount()).isEqualTo(2);
        assertThat(ledger.duplicateCount()).isEqualTo(1);
        assertThat(ledger.duplicates()).extracting(Received::path).containsExactly("/a");
        assertThat(ledger.byWebhookId("u1_originate")).hasSize(4);
        assertThat(ledger.byPath("/b")).hasSize(1);
        assertThat(ledger.countByPath()).containsEntry("/a", 3L).containsEntry("/b", 1L);
    }

    @Test
    void orderIsThatOfFirstAcceptancePerPathAndLeg() {
        add("/a", "u1_originate", "200");
        add("/a", "u2_hangup", "200");
        add("/a", "u1_hangup", "500");
        add("/a", "u1_answer", "200");
        add("/a", "u1_hangup", "200");
        add("/a", "u1_originate", "200");
        add("/b", "u2_answer", "200");
        assertThat(ledger.report().outOfOrder()).isEmpty();
        add("/a", "u2_originate", "200");

        assertThat(ledger.report().outOfOrder()).containsExactly("/a u2: hangup before originate");
        assertThat(ledger.firstAcceptedByLeg("/a").get("u1")).extracting(Received::action)
                .containsExactly("originate", "answer", "hangup");
        assertThat(ledger.report()).hasToString("""
                requests: 8, deliveries accepted: 6, duplicates: 1, without id: 0, out of order: 1
                by path: {/a=7, /b=1}
                by answer: {200=7, 500=1}
                out of order: /a u2: hangup before originate""");
    }

    @Test
    void awaitReturnsWhenTheConditionComesTrueInAnotherThread() throws Exception {
        CompletableFuture<Void> waiting = CompletableFuture
                .runAsync(() -> ledger.await(seen -> seen.byPath("/wanted").size() == 2, Duration.ofSeconds(10)));
        add("/other", "1", "200");
        add("/wanted", "2", "200");
        assertThat(waiting).isNotDone();
        add("/wanted", "3", "200");
        waiting.get(10, TimeUnit.SECONDS);
    }

    @Test
    void awaitEndsWithWhatHadArrived() {
        add("/a", "1", "200");
        assertThatIllegalStateException().isThrownBy(() -> ledger.awaitAccepted(2, Duration.ofMillis(50)))
                .withMessageContaining("{/a=1}").withMessageContaining("within PT0.05S");
    }

    @Test
    void awaitTakesAFailureOfItsCondition() {
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> ledger.await(seen -> {
            throw new IllegalArgumentException("wrong");
        }, Duration.ofSeconds(10)));
        assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class)
                .hasRootCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFullLedgerStillCountsButRefusesToBeLookedAt() {
        for (int i = 0; i < 101; i++) {
            add("/a", "id" + i, "200");
        }
        assertThat(ledger.count()).isEqualTo(101);
        assertThatIllegalStateException().isThrownBy(ledger::all)
                .withMessage("101 requests arrived, the ledger holds 100: raise ledgerLimit or keep counts only");
        assertThatIllegalStateException().isThrownBy(ledger::acceptedCount);
        ledger.clear();
        assertThat(ledger.all()).isEmpty();
    }

    @Test
    void aLedgerOfCountsSaysSo() {
        Ledger counts = new Ledger(Ledger.Detail.COUNTS, 100);
        counts.add(received("/a", "1", "200"));
        assertThat(counts.count()).isEqualTo(1);
        assertThatIllegalStateException().isThrownBy(counts::all).withMessageContaining("counts only");
    }

    private void add(String path, String id, String answer) {
        ledger.add(received(path, id, answer));
    }

    private static Received received(String path, String id, String answer) {
        return new Received(System.nanoTime(), Instant.now(), 1, "POST", path + "?q=1",
                List.of(new Received.Header("Webhook-Id", id)), "{}".getBytes(StandardCharsets.UTF_8), answer);
    }
}

package io.offhook.demo;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The ledger that deploy/verify/compose trusts: it has to find each thing that can be wrong. */
class DemoLedgerTest {

    private static final Truth ANSWERED = new Truth("a", 10, 20, 30, "NORMAL_CLEARING");
    private static final Truth UNANSWERED = new Truth("u", 11, 0, 31, "NO_ANSWER");

    private final DemoLedger ledger = new DemoLedger();

    @Test
    void aLegThatCameWholeIsClean() {
        accepted("a_originate", "10");
        accepted("a_answer", "20");
        ledger.ended(ANSWERED);
        accepted("a_hangup", "10 20 30 NORMAL_CLEARING");
        ledger.ended(UNANSWERED);
        accepted("u_originate", "11");
        accepted("u_hangup", "11 0 31 NO_ANSWER");

        assertThat(ledger.isSettled()).isTrue();
        assertThat(ledger.report(true)).isEqualTo(new DemoLedger.Report(2, 5, List.of(), 0, 0, List.of()));
    }

    @Test
    void whatIsMissingIsLost() {
        accepted("a_originate", "10");
        ledger.received(new Receipt("a_answer", false, true, false, "20"));
        ledger.ended(ANSWERED);

        assertThat(ledger.isSettled()).isFalse();
        assertThat(ledger.report(true).lost()).containsExactly("a_answer", "a_hangup");
    }

    @Test
    void anEventBeforeAnEarlierOneWasAcceptedIsOutOfOrder() {
        ledger.ended(UNANSWERED);
        ledger.received(new Receipt("u_originate", false, true, false, "11"));
        accepted("u_hangup", "11 0 31 NO_ANSWER");
        accepted("u_originate", "11");

        assertThat(ledger.report(true).violations())
                .containsExactly("u_hangup came before an earlier event of its leg was accepted");
    }

    @Test
    void whatIsNotTrueNotSignedOrNeverHappenedIsWrong() {
        ledger.ended(UNANSWERED);
        accepted("u_originate", "12");
        accepted("u_answer", "20");
        ledger.received(new Receipt("u_hangup", true, false, false, "11 0 31 NO_ANSWER"));
        accepted("stranger_hangup", "1 0 2 NORMAL_CLEARING");

        assertThat(ledger.report(true).violations()).containsExactly("u_originate says 12, true is 11",
                "u_answer never happened", "u_hangup has a wrong signature",
                "webhooks of a leg that never was: stranger");
        assertThat(ledger.report(false).violations()).as("while legs are up, it may be of one of them").hasSize(3);
    }

    @Test
    void repetitionsAreCountedAndInferredTimesAreNotCompared() {
        ledger.ended(UNANSWERED);
        accepted("u_originate", "11");
        accepted("u_originate", "11");
        ledger.received(new Receipt("u_hangup", true, true, true, "11 0 99 NORMAL_UNSPECIFIED"));
        accepted("u_hangup", "11 0 31 NO_ANSWER");

        assertThat(ledger.report(true)).isEqualTo(new DemoLedger.Report(1, 2, List.of(), 2, 1, List.of()));
    }

    @Test
    void whatWasOwedBeforeARestartIsOwedAfterIt(@TempDir Path directory) throws Exception {
        ledger.ended(UNANSWERED);
        accepted("u_originate", "11");
        ledger.ended(ANSWERED);
        accepted("a_hangup", "10 20 30 NORMAL_CLEARING");
        var file = new DemoLedgerFile(directory);
        assertThat(file.read()).isEqualTo(new DemoLedger().content());
        file.write(ledger.content());

        DemoLedger next = DemoLedger.of(file.read());
        next.received(new Receipt("u_hangup", true, true, false, "11 0 31 NO_ANSWER"));

        assertThat(next.report(true).owed()).isEqualTo(5);
        assertThat(next.report(true).lost()).containsExactly("a_originate", "a_answer");
    }

    private void accepted(String id, String told) {
        ledger.received(new Receipt(id, true, true, false, told));
    }
}

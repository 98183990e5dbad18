package io.offhook.model;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CallEventBodyTest {

    private static final LegIdentity LEG = new LegIdentity("460a36b6-09e7-466b-97d8-903c8cf4fc6c", "0035799123456",
            "+442035040000",
            "1002", CallDirection.OUTBOUND);
    private static final long START = 1580283919489709L;
    private static final long ANSWER = 1580283935169797L;
    private static final long END = 1580283939549758L;

    @Test
    void writesTheOriginateOfTheBrief() {
        assertThat(encode(new CallEvent.Originate(LEG, START))).isEqualTo(
                """
                        {"uuid":"460a36b6-09e7-466b-97d8-903c8cf4fc6c","callee_number":"0035799123456","caller_id_number":"+442035040000","ani":"1002","direction":"outbound","call_start":"2020-01-29T07:45:19.000+00:00","call_start_uepoch":1580283919489709,"action":"originate"}""");
    }

    @Test
    void writesTheAnswerOfTheBrief() {
        assertThat(encode(new CallEvent.Answer(LEG, ANSWER))).isEqualTo(
                """
                        {"uuid":"460a36b6-09e7-466b-97d8-903c8cf4fc6c","callee_number":"0035799123456","caller_id_number":"+442035040000","ani":"1002","direction":"outbound","answer_start":"2020-01-29T07:45:35.000+00:00","answer_start_uepoch":1580283935169797,"action":"answer"}""");
    }

    @Test
    void writesTheHangupOfTheBrief() {
        assertThat(encode(new CallEvent.Hangup(LEG, START, ANSWER, END, "NORMAL_CLEARING"))).isEqualTo(
                """
                        {"uuid":"460a36b6-09e7-466b-97d8-903c8cf4fc6c","callee_number":"0035799123456","caller_id_number":"+442035040000","ani":"1002","direction":"outbound","call_start":"2020-01-29T07:45:19.000+00:00","call_start_uepoch":1580283919489709,"answer_start":"2020-01-29T07:45:35.000+00:00","answer_start_uepoch":1580283935169797,"call_end":"2020-01-29T07:45:39.000+00:00","call_end_uepoch":1580283939549758,"duration_sec":4,"hangup_cause":"NORMAL_CLEARING","action":"hangup"}""");
    }

    @Test
    void aLegNeverAnsweredHasNullAnswerAndNoDuration() {
        assertThat(encode(new CallEvent.Hangup(LEG, START, null, END, "NO_ANSWER")))
                .contains("\"answer_start\":null,\"answer_start_uepoch\":null,").contains("\"duration_sec\":0,");
    }

    @Test
    void durationIsCutFromTheMicrosecondsAndNeverNegative() {
        assertThat(new CallEvent.Hangup(LEG, START, 1_000_999_999L, 1_002_999_998L, "X").durationSeconds())
                .isEqualTo(1);
        assertThat(new CallEvent.Hangup(LEG, START, ANSWER, ANSWER - 3_600_000_000L, "X").durationSeconds()).isZero();
    }

    @Test
    void whatFreeSwitchDidNotGiveIsNull() {
        var leg = new LegIdentity("u", "", "_undef_", null, null);
        assertThat(encode(new CallEvent.Originate(leg, START)))
                .startsWith(
                        "{\"uuid\":\"u\",\"callee_number\":null,\"caller_id_number\":null,\"ani\":null,\"direction\":null,");
    }

    @Test
    void longTextIsCutAtCodePointsAndControlCharactersAreEscaped() {
        var leg = new LegIdentity("u", "😀".repeat(1025), "a\r\n\"b\"", "Zürich", CallDirection.INBOUND);
        assertThat(leg.calleeNumber().codePointCount(0, leg.calleeNumber().length())).isEqualTo(1024);
        assertThat(encode(new CallEvent.Originate(leg, START))).contains("😀".repeat(1024) + "\"")
                .contains("\"a\\r\\n\\\"b\\\"\"").contains("\"Zürich\"");
    }

    @Test
    void halfASurrogatePairBecomesTheReplacementCharacter() {
        var leg = new LegIdentity("u", "a\uD83Db", null, null, null);
        assertThat(encode(new CallEvent.Originate(leg, START))).contains("\"a\uFFFDb\"");
    }

    private static String encode(CallEvent event) {
        return new String(new CallEventBody().encode(event), StandardCharsets.UTF_8);
    }
}

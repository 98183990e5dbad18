package io.offhook.ingestor.cdr;

import java.nio.charset.StandardCharsets;

import io.offhook.model.CallDirection;
import io.offhook.testkit.freeswitch.Captures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CdrReaderTest {

    private final CdrReader reader = new CdrReader(Cdrs.TENANTS);

    @ParameterizedTest
    @CsvSource({
            // Percent-encoded values, plain values, base64: the same two legs of the same kind of call.
            "c02_encode_unset, 14591e22-b379-477c-a756-5d11c3a82e10, 09c81603-02bd-4cd8-9a70-5ee2fb9f3764, b9bcbd6c-ff7e-4604-8b24-32ec327905c3, 1795378912331214, 1795378913350075, 1795378914890060",
            "c03_encode_false, 14591e22-b379-477c-a756-5d11c3a82e10, 7478ed22-d909-4944-b8a1-9be35e8e385e, 8057d807-d907-499b-b0c5-e08fb144e25a, 1795378919550999, 1795378920590117, 1795378922130052",
            "c04_base64, 14591e22-b379-477c-a756-5d11c3a82e10, 327f06eb-cc5e-4b21-82fc-9da87e4e14a6, 48a6afeb-a07f-4e4b-8ed7-1f5bbde1d907, 1795378926610391, 1795378927610079, 1795378929150068"})
    void readsTheAnsweredLegOfEachEncoding(String scenario, String core, String uuid, String parent, long start,
            long answer, long end) throws Exception {
        assertThat(request(scenario + ".req01.http")).isEqualTo(new CdrReport(uuid, core, "vm",
                CallDirection.OUTBOUND, "1001", "1000", "1000", start, answer, end, "NORMAL_CLEARING",
                "tenant-a.example", parent, false, false));
        CdrReport inbound = request(scenario + ".req02.http");
        assertThat(inbound.direction()).isEqualTo(CallDirection.INBOUND);
        assertThat(inbound.uuid()).isEqualTo(parent);
        assertThat(inbound.parentUuid()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"c02_encode_unset.req03.http", "c03_encode_false.req03.http"})
    void aLegThatNobodyAnsweredHasNoAnswer(String file) throws Exception {
        CdrReport busy = request(file);

        assertThat(busy.answered()).isZero();
        assertThat(busy.hangupCause()).isEqualTo("USER_BUSY");
        assertThat(busy.tenant()).as("from dialed_domain alone").isEqualTo("tenant-a.example");
    }

    @Test
    void aRecoveredLegHasTheStartAndTheNumbersOfItsFirstProfile() throws Exception {
        CdrReport leg = reader.read(Captures.bytes("recovered.20d54993-dd67-4d71-8de2-85b3017b3a44.cdr.json"));

        assertThat(leg.recovered()).isTrue();
        assertThat(leg.coreUuid()).isEqualTo("303a3030-8cc8-4adc-836a-7b738685d55e");
        assertThat(leg.callStart()).isEqualTo(1795378441866881L);
        assertThat(leg.answered()).isEqualTo(1795378442866898L);
        assertThat(leg.ended()).isEqualTo(1795378456128184L);
        assertThat(leg.calleeNumber()).isEqualTo("1001");
        assertThat(leg.parentUuid()).isEqualTo("ba83c3c6-ac65-4bcc-88f8-9346a4ad19b2");
    }

    @Test
    void identityIsThatOfTheProfileBeforeTheTransfers() throws Exception {
        CdrReport leg = read(Cdrs.small("u1").replace("[{\"caller_profile\"",
                "[{\"caller_profile\":{\"destination_number\":\"1002\",\"caller_id_number\":\"flipped\"}},{\"caller_profile\""));

        assertThat(leg.calleeNumber()).isEqualTo("+49301001");
        assertThat(leg.callerIdNumber()).isNull();
        assertThat(leg.tenant()).as("of the dialled number").isEqualTo("tenant-d.example");
    }

    @Test
    void theCallerIdOfACallThatFreeSwitchPlacedIsTheOneBeforeItWasFlipped() throws Exception {
        CdrReport leg = read(Cdrs.small("u1", "\"pre_transfer_caller_id_number\":\"+493099999\"")
                .replace("\"destination_number\"", "\"caller_id_number\":\"491711234567\",\"destination_number\""));

        assertThat(leg.callerIdNumber()).isEqualTo("+493099999");
    }

    @Test
    void aCallersTextThatLooksLikeAnEscapeStaysWhereValuesArePlain() throws Exception {
        CdrReport leg = read(Cdrs.small("x%41y",
                "\"start_stamp\":\"2026-11-22 20:21:59\",\"hangup_cause\":\"%20\",\"originator\":\"a%2525\""));

        assertThat(leg.uuid()).isEqualTo("x%41y");
        assertThat(leg.parentUuid()).isEqualTo("a%2525");
    }

    @Test
    void escapesAreDecodedOnceWhereFreeSwitchsOwnStampsAreEncoded() throws Exception {
        CdrReport leg = read(Cdrs.small("Zo%C3%AB%20a+b%zz%FF%",
                "\"start_stamp\":\"2026-11-22%2020%3A21%3A59\",\"presence_id\":\"1001%40tenant-b.example%3A5060\""));

        assertThat(leg.uuid()).isEqualTo("Zoë a+b%zz\uFFFD%");
        assertThat(leg.tenant()).isEqualTo("tenant-b.example");
    }

    @Test
    void withoutAStampNothingIsDecoded() throws Exception {
        assertThat(read(Cdrs.small("a%20b", "\"x\":\"\"")).uuid()).isEqualTo("a%20b");
    }

    @Test
    void theDialplansDirectionAndTenantCountMore() throws Exception {
        CdrReport leg = read(Cdrs.small("u1",
                "\"call_direction\":\"local\",\"tenant\":\"Tenant-C.example\",\"domain_name\":\"tenant-a.example\","
                        + "\"cc_member_session_uuid\":\"member\",\"channel_name\":\"loopback/9100-a\""));

        assertThat(leg.direction()).isEqualTo(CallDirection.LOCAL);
        assertThat(leg.tenant()).isEqualTo("tenant-c.example");
        assertThat(leg.parentUuid()).isEqualTo("member");
        assertThat(leg.loopback()).isTrue();
    }

    @Test
    void garbageIsForgivenWhereAnotherFieldSaysTheSame() throws Exception {
        String odd = Cdrs
                .small("u1", "\"hangup_cause\":\"X\",\"hangup_cause\":\"NORMAL_CLEARING\",\"unknown\":{\"a\":[1]}")
                .replace("\"start_uepoch\":\"1795378919550999\"", "\"start_uepoch\":\"-3600\"")
                .replace("\"answer_uepoch\":\"0\"", "\"answer_uepoch\":\"99999999999999999999\"")
                .replace("}}]}", "},\"times\":{\"created_time\":\"1795378919000000\",\"answered_time\":\"-1\"}}]}\n\n");
        byte[] bytes = Cdrs.utf8(odd.replace("\"switchname\":\"fs1\"", "\"switchname\":\"f~\t1\""));
        bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf('~')] = (byte) 0xFC;

        CdrReport leg = reader.read(bytes);

        assertThat(leg.callStart()).isEqualTo(1795378919000000L);
        assertThat(leg.answered()).isZero();
        assertThat(leg.hangupCause()).isEqualTo("NORMAL_CLEARING");
        assertThat(leg.switchname()).isEqualTo("f\uFFFD\t1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"\"uuid\"|variables.uuid", "core-uuid|core-uuid",
            "start_uepoch|variables.start_uepoch", "end_uepoch|variables.end_uepoch"})
    void namesTheFieldThatIsMissing(String left, String named) {
        assertThatThrownBy(() -> read(Cdrs.small("u1").replace(left, left.replace("u", "_"))))
                .isInstanceOf(UnusableCdrException.class).hasMessageStartingWith(named + ": missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"variables\":", "[]", "7", "", "null", "{} {", "{\"a\":\"\\u12\"}"})
    void whatIsNoCdrIsRefused(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(UnusableCdrException.class).hasMessageContaining("expected");
    }

    @Test
    void endlessNestingIsRefused() {
        assertThatThrownBy(() -> read("{\"a\":" + "[".repeat(100_000))).isInstanceOf(UnusableCdrException.class);
    }

    @Test
    void everyCapturedRequestIsReadOrRefusedAsAForm() throws Exception {
        for (String file : Cdrs.requests()) {
            if (file.startsWith("c01") || file.startsWith("c09")) {
                assertThatThrownBy(() -> request(file)).as(file).hasMessageContaining("encode=false");
            } else {
                assertThat(Cdrs.head(file)).contains("?uuid=" + request(file).uuid() + " ");
            }
        }
        assertThat(Cdrs.requests()).hasSizeGreaterThan(15);
    }

    private CdrReport request(String file) throws UnusableCdrException {
        return reader.read(CdrBody.json(Cdrs.contentType(file), Cdrs.body(file)));
    }

    private CdrReport read(String json) throws UnusableCdrException {
        return reader.read(Cdrs.utf8(json));
    }
}

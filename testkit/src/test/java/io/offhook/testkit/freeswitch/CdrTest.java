package io.offhook.testkit.freeswitch;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class CdrTest {
    private static final String ENDS = "event json CHANNEL_CREATE CHANNEL_BRIDGE CHANNEL_HANGUP_COMPLETE";
    private static final CallPlan SHORT = CallPlan.of(CallKind.BRIDGED).withTalk(Duration.ofMillis(30));

    private static SwitchOptions options(CdrOptions cdr) {
        return SwitchOptions.defaults().withCdr(cdr).withShowChannelsDelay(Duration.ZERO);
    }

    @Test
    void eachLegIsPostedAsMeasuredTheOutboundOneFirstAndBeforeItsEndIsTold() throws Exception {
        try (CdrReceiver receiver = new CdrReceiver();
                SimulatedFreeSwitch server = SimulatedFreeSwitch
                        .start(options(CdrOptions.to(receiver.url()).withCredentials("cdruser", "cdrpass")));
                RawClient client = RawClient.subscribed(server, ENDS)) {
            PlacedCall call = server.placeCall(SHORT);
            List<String> told = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                told.add(client.event("CHANNEL_HANGUP_COMPLETE").text("Unique-ID"));
                // Whichever leg has its answer first goes on first; its CDR was there before.
                assertThat(receiver.requests()).extracting(CdrReceiver.Request::uuid).contains(told.get(i));
            }
            assertThat(told).containsExactlyInAnyOrderElementsOf(call.legUuids());
            assertThat(receiver.requests()).extracting(CdrReceiver.Request::uuid)
                    .containsExactlyElementsOf(call.legUuids().reversed());
            for (CdrReceiver.Request request : receiver.requests()) {
                assertThat(request.head()).isEqualTo(measuredHead(receiver, request));
                JsonNode cdr = request.json();
                LegTruth truth = server.ledger().leg(request.uuid()).orElseThrow();
                assertThat(cdr.at("/core-uuid").asString()).isEqualTo(server.coreUuid());
                assertThat(cdr.at("/variables/uuid").asString()).isEqualTo(request.uuid());
                assertThat(cdr.at("/variables/call_uuid").asString()).isEqualTo(truth.callUuid());
                assertThat(cdr.at("/variables/start_uepoch").asString()).isEqualTo("" + truth.createdMicros());
                assertThat(cdr.at("/variables/answer_uepoch").asString()).isEqualTo("" + truth.answeredMicros());
                assertThat(cdr.at("/variables/end_uepoch").asString()).isEqualTo("" + truth.hangupMicros())
                        .isEqualTo(cdr.at("/callflow/0/times/hangup_time").asString());
                assertThat(cdr.at("/variables/hangup_cause").asString()).isEqualTo(truth.hangupCause());
                assertThat(cdr.at("/callflow/0/caller_profile/destination_number").asString())
                        .isEqualTo(truth.callee());
                assertThat(cdr.at("/channel_data/direction").asString()).isEqualTo(truth.direction());
            }
            assertThat(server.awaitNoCalls(Duration.ofSeconds(60))).isTrue();
        }
    }

    private static String measuredHead(CdrReceiver receiver, CdrReceiver.Request request) {
        String captured = Captures.text("c03_encode_false.req01.http");
        return captured.substring(0, captured.indexOf("\r\n\r\n") + 4)
                .replace("7478ed22-d909-4944-b8a1-9be35e8e385e", request.uuid())
                .replace("127.0.0.1:8090", receiver.url().getAuthority())
                .replace("Content-Length: 8952", "Content-Length: " + request.body().length);
    }

    @Test
    void itsShapeIsThatOfTheCapturedOnes() throws Exception {
        try (CdrReceiver receiver = new CdrReceiver();
                SimulatedFreeSwitch server = SimulatedFreeSwitch.start(options(CdrOptions.to(receiver.url())))) {
            server.placeCall(SHORT);
            assertThat(server.awaitNoCalls(Duration.ofSeconds(10))).isTrue();
            for (int i = 0; i < 2; i++) {
                String captured = Captures.text("c03_encode_false.req0" + (i + 1) + ".http");
                JsonNode sample = new ObjectMapper().readTree(captured.substring(captured.indexOf("\r\n\r\n") + 4));
                JsonNode ours = receiver.requests().get(i).json();
                assertThat(ours.propertyNames()).containsExactlyElementsOf(sample.propertyNames());
                for (String part : List.of("/channel_data", "/callStats/audio/inbound", "/callStats/audio/outbound",
                        "/callflow/0", "/callflow/0/caller_profile", "/callflow/0/times",
                        "/callflow/0/caller_profile/originator/originator_caller_profiles/0",
                        "/callflow/0/caller_profile/originatee/originatee_caller_profiles/0")) {
                    assertThat(ours.at(part).propertyNames()).as(part)
                            .containsExactlyElementsOf(sample.at(part).propertyNames());
                }
                // The captured call was made with other settings of the phone and of the log of applications.
                TreeSet<String> missing = new TreeSet<>(sample.at("/variables").propertyNames());
                missing.removeAll(ours.at("/variables").propertyNames());
                assertThat(missing).isEmpty();
                assertThat(ours.at("/variables").valueStream().allMatch(JsonNode::isString)).isTrue();
            }
        }
    }

    @Test
    void aLegWaitsForItsAnswerAndNothingElseDoes() throws Exception {
        try (CdrReceiver receiver = new CdrReceiver();
                SimulatedFreeSwitch server = SimulatedFreeSwitch.start(options(CdrOptions.to(receiver.url())));
                RawClient client = RawClient.subscribed(server, ENDS)) {
            PlacedCall first = server.placeCall(CallPlan.of(CallKind.BRIDGED));
            client.event("CHANNEL_BRIDGE");
            receiver.hold();
            first.hangUp();
            await().until(() -> receiver.requests().size() == 2);
            String uuid = first.legUuids().getFirst();
            assertThat(server.api("uuid_exists " + uuid)).isEqualTo("false");
            assertThat(server.api("show channels as json")).contains(uuid);
            assertThat(server.channels()).isEqualTo(2);
            assertThat(server.ledger().leg(uuid).orElseThrow().ended()).isTrue();
            PlacedCall second = server.placeCall(CallPlan.of(CallKind.APP_ANSWERED));
            // The next event is the other call's: no end has been told.
            assertThat(client.frame().json()).satisfies(event -> {
                assertThat(event.name()).isEqualTo("CHANNEL_CREATE");
                assertThat(event.text("Unique-ID")).isEqualTo(second.legUuids().getFirst());
            });
            receiver.release();
            EventData end = client.event("CHANNEL_HANGUP_COMPLETE");
            assertThat(Long.parseLong(end.text("Event-Date-Timestamp")))
                    .isGreaterThan(Long.parseLong(end.text("Caller-Channel-Hangup-Time")));
            client.event("CHANNEL_HANGUP_COMPLETE");
            await().until(() -> server.channels() == 1);
            assertThat(server.api("show channels as json")).doesNotContain(uuid);
        }
    }

    @Test
    void aFailingReceiverIsTriedAgainWithTheSameBytesAndThenTheCdrGoesToItsFile(@TempDir Path folder)
            throws Exception {
        try (CdrReceiver receiver = new CdrReceiver();
                SimulatedFreeSwitch server = SimulatedFreeSwitch.start(options(CdrOptions.to(receiver.url())
                        .withRetries(2, Duration.ofMillis(1)).withErrLogDir(folder.resolve("err"))))) {
            receiver.answer(500);
            PlacedCall call = server.placeCall(
                    CallPlan.of(CallKind.APP_ANSWERED).withTalk(Duration.ofMillis(30)));
            assertThat(server.awaitNoCalls(Duration.ofSeconds(10))).isTrue();
            assertThat(receiver.requests()).hasSize(3).extracting(CdrReceiver.Request::text)
                    .containsOnly(receiver.requests().getFirst().text());
            Path file = folder.resolve("err").resolve(call.legUuids().getFirst() + ".cdr.json");
            assertThat(Files.readString(file)).isEqualTo(receiver.requests().getFirst().text() + "\n");
            assertThat(server.postedCdrs()).isZero();
        }
    }

    @Test
    void whereTheFirstReceiverIsDownOrSlowTheNextOneGetsIt() throws Exception {
        CdrReceiver down = new CdrReceiver();
        down.close();
        try (CdrReceiver slow = new CdrReceiver();
                CdrReceiver receiver = new CdrReceiver();
                SimulatedFreeSwitch server = SimulatedFreeSwitch
                        .start(options(CdrOptions.to(down.url(), slow.url(), receiver.url())
                                .withTimeout(Duration.ofMillis(50)).withRetries(2, Duration.ZERO)))) {
            slow.hold();
            server.placeCall(CallPlan.of(CallKind.APP_ANSWERED).withTalk(Duration.ofMillis(30)));
            assertThat(server.awaitNoCalls(Duration.ofSeconds(10))).isTrue();
            assertThat(receiver.requests()).hasSize(1);
            assertThat(slow.requests()).extracting(CdrReceiver.Request::text)
                    .containsExactly(receiver.requests().getFirst().text());
            assertThat(server.postedCdrs()).isEqualTo(1);
        }
    }

    @Test
    void theOtherEncodingsAreThoseOfTheModule(@TempDir Path folder) throws Exception {
        try (CdrReceiver base64 = new CdrReceiver();
                SimulatedFreeSwitch server = SimulatedFreeSwitch.start(options(CdrOptions.to(base64.url())
                        .withEncoding(CdrEncoding.BASE64).withEncodeValues(true)))) {
            server.placeCall(SHORT);
            assertThat(server.awaitNoCalls(Duration.ofSeconds(10))).isTrue();
            CdrReceiver.Request request = base64.requests().getFirst();
            assertThat(request.head()).contains("Content-Type: application/x-www-form-base64-encoded\r\n");
            JsonNode cdr = new ObjectMapper().readTree(Base64.getDecoder().decode(request.text().substring(4)));
            assertThat(cdr.at("/variables/start_stamp").asString()).contains("%20").contains("%3A");
        }
        try (CdrReceiver form = new CdrReceiver();
                SimulatedFreeSwitch server = SimulatedFreeSwitch.start(options(CdrOptions.to(form.url())
                        .withEncoding(CdrEncoding.FORM).withErrLogDir(folder)))) {
            form.answer(401);
            server.placeCall(SHORT);
            assertThat(server.awaitNoCalls(Duration.ofSeconds(10))).isTrue();
            CdrReceiver.Request request = form.requests().getFirst();
            assertThat(request.head()).contains("Content-Type: application/x-www-form-urlencoded\r\n");
            assertThat(request.text()).startsWith("cdr=%7B%22core-uuid%22%3A%22");
            String decoded = URLDecoder.decode(request.text().substring(4), StandardCharsets.UTF_8);
            assertThat(decoded).contains(request.uuid());
            assertThat(Files.readString(folder.resolve(request.uuid() + ".cdr.json")))
                    .isEqualTo(request.text().substring(4) + "\n");
        }
    }

    @Test
    void aRoutedNumberStandsInTheOlderOfTwoProfiles() throws Exception {
        try (CdrReceiver receiver = new CdrReceiver();
                SimulatedFreeSwitch server = SimulatedFreeSwitch.start(options(CdrOptions.to(receiver.url())))) {
            PlacedCall call = server.placeCall(CallPlan.of(CallKind.DID).withTalk(Duration.ofMillis(30)));
            assertThat(server.awaitNoCalls(Duration.ofSeconds(10))).isTrue();
            Map<String, JsonNode> cdrs = receiver.requests().stream()
                    .collect(Collectors.toMap(CdrReceiver.Request::uuid, CdrReceiver.Request::json));
            JsonNode inbound = cdrs.get(call.legUuids().getFirst());
            assertThat(inbound.at("/callflow")).hasSize(2);
            assertThat(inbound.at("/callflow/0/profile_index").asString()).isEqualTo("2");
            assertThat(inbound.at("/callflow/0/caller_profile/destination_number").asString()).isEqualTo("2003");
            assertThat(inbound.at("/callflow/1/profile_index").asString()).isEqualTo("1");
            assertThat(inbound.at("/callflow/1/caller_profile/destination_number").asString())
                    .isEqualTo("+49309876001");
            assertThat(inbound.at("/callflow/1/times/hangup_time").asString()).isEqualTo("0");
            assertThat(cdrs.get(call.legUuids().get(1)).at("/callflow")).hasSize(1);
        }
    }

    @Test
    void everyKindOfCallReportsEachOfItsLegsOnce() throws Exception {
        try (CdrReceiver receiver = new CdrReceiver();
                SimulatedFreeSwitch server = SimulatedFreeSwitch.start(options(CdrOptions.to(receiver.url())))) {
            for (CallKind kind : CallKind.values()) {
                server.placeCall(CallPlan.of(kind).withTalk(Duration.ofMillis(30)));
            }
            assertThat(server.awaitNoCalls(Duration.ofSeconds(20))).isTrue();
            assertThat(receiver.requests()).extracting(CdrReceiver.Request::uuid).containsExactlyInAnyOrderElementsOf(
                    server.ledger().legs().stream().map(LegTruth::uuid).toList());
            assertThat(receiver.requests()).allSatisfy(request -> {
                LegTruth truth = server.ledger().leg(request.uuid()).orElseThrow();
                assertThat(request.json().at("/variables/hangup_cause").asString()).isEqualTo(truth.hangupCause());
                assertThat(request.json().at("/variables/end_uepoch").asString())
                        .isEqualTo("" + truth.hangupMicros());
            });
        }
    }

    @Test
    void aKilledCoreReportsNothingAndARecoveredLegIsReportedAsSuch(@TempDir Path folder) throws Exception {
        try (CdrReceiver receiver = new CdrReceiver();
                SimulatedFreeSwitch server = SimulatedFreeSwitch
                        .start(options(CdrOptions.to(receiver.url()).withErrLogDir(folder)));
                RawClient client = RawClient.subscribed(server, ENDS)) {
            PlacedCall dying = server.placeCall(CallPlan.of(CallKind.APP_ANSWERED));
            PlacedCall call = server.placeCall(CallPlan.of(CallKind.BRIDGED));
            client.event("CHANNEL_BRIDGE");
            receiver.hold();
            dying.hangUp();
            await().until(() -> receiver.requests().size() == 1);
            server.crash();
            receiver.release();
            assertThat(client.rest()).isEmpty();
            assertThat(server.recover()).isEqualTo(2);
            try (RawClient again = RawClient.subscribed(server, ENDS)) {
                again.event("CHANNEL_BRIDGE");
                server.hangUpAll("NORMAL_CLEARING");
                again.event("CHANNEL_HANGUP_COMPLETE");
                again.event("CHANNEL_HANGUP_COMPLETE");
            }
            assertThat(receiver.requests().stream().skip(1).map(CdrReceiver.Request::uuid))
                    .containsExactlyElementsOf(call.legUuids().reversed());
            assertThat(receiver.requests().stream().skip(1)).allSatisfy(request -> {
                LegTruth truth = server.ledger().leg(request.uuid()).orElseThrow();
                JsonNode cdr = request.json();
                assertThat(cdr.at("/variables/recovered").asString()).isEqualTo("true");
                assertThat(cdr.at("/callflow")).hasSize(2);
                assertThat(cdr.at("/callflow/1/times/profile_created_time").asString())
                        .isEqualTo("" + truth.createdMicros());
                assertThat(cdr.at("/callflow/1/times/resurrect_time").asString()).isNotEqualTo("0");
                assertThat(cdr.at("/variables/answer_uepoch").asString()).isEqualTo("" + truth.answeredMicros());
                assertThat(cdr.at("/variables/answersec").asString()).isNotNull();
            });
            assertThat(folder).isEmptyDirectory();
        }
    }
}

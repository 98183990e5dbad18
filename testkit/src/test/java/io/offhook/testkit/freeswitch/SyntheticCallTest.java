package io.offhook.testkit.freeswitch;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

class SyntheticCallTest {
    private static final Duration QUICK = Duration.ofMillis(60);
    private static final String TENANT = "umbrella.example";

    private static final Clock YEARS_AHEAD = Clock.offset(Clock.systemUTC(), Duration.ofDays(2000));
    private static List<EventData> allEvents;
    private static List<LegTruth> allLegs;
    private static String core;

    /** One call of each kind, at once, with everything that a client hears of them. */
    @BeforeAll
    static void oneCallOfEachKind() throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(SwitchOptions.defaults().withClock(YEARS_AHEAD));
                RawClient client = RawClient.subscribed(server, "event json ALL")) {
            for (CallKind kind : CallKind.values()) {
                server.placeCall(plan(kind).withTalk(Duration.ofMillis(1100)));
            }
            assertThat(server.awaitNoCalls(Duration.ofSeconds(15))).isTrue();
            core = server.coreUuid();
            allLegs = server.ledger().legs();
            server.shutDown();
            allEvents = decoded(client.rest());
        }
    }

    private static List<LegTruth> legs(CallKind kind) {
        return allLegs.stream().filter(leg -> leg.kind() == kind).toList();
    }

    private static List<EventData> events(CallKind kind) {
        List<String> uuids = legs(kind).stream().map(LegTruth::uuid).toList();
        return allEvents.stream().filter(event -> uuids.contains(event.text("Unique-ID"))).toList();
    }

    static List<EventData> decoded(byte[] received) {
        List<EventData> events = new ArrayList<>();
        String text = new String(received, StandardCharsets.ISO_8859_1);
        Matcher head = Pattern.compile("Content-Length: (\\d+)\nContent-Type: text/event-json\n\n").matcher(text);
        int at = 0;
        while (head.find(at)) {
            at = head.end() + Integer.parseInt(head.group(1));
            events.add(EventJson.parse(text.substring(head.end(), at).getBytes(StandardCharsets.ISO_8859_1)));
        }
        return events;
    }

    private static CallPlan plan(CallKind kind) {
        return CallPlan.of(kind).withTenant(TENANT).withRing(QUICK).withTalk(QUICK);
    }

    @ParameterizedTest
    @EnumSource(CallKind.class)
    void eventsFollowTheOrderOfTheCaptureOnEveryLeg(CallKind kind) {
        List<String> expected = CallTemplate.all().get(kind).events().stream()
                .map(event -> event.leg() + " " + event.name())
                .toList();
        List<EventData> events = events(kind);
        List<String> roles = legUuids(events);
        assertThat(roles).containsExactlyInAnyOrderElementsOf(legs(kind).stream().map(LegTruth::uuid).toList());
        assertThat(events.stream().map(event -> roles.indexOf(event.text("Unique-ID")) + " " + event.name()))
                .isEqualTo(expected);
    }

    private static List<String> legUuids(List<EventData> events) {
        return events.stream().filter(event -> event.name().equals("CHANNEL_CREATE"))
                .map(event -> event.text("Unique-ID")).toList();
    }

    @ParameterizedTest
    @EnumSource(CallKind.class)
    void theLedgerSaysWhatTheEventsSay(CallKind kind) {
        List<EventData> events = events(kind);
        for (LegTruth truth : legs(kind)) {
            EventData first = only(events, truth.uuid(), truth.outbound() ? "CHANNEL_ORIGINATE" : "CHANNEL_CREATE");
            assertThat(first.text("Caller-Destination-Number")).isEqualTo(truth.callee());
            assertThat(first.text("Caller-Caller-ID-Number")).isEqualTo(truth.callerId());
            assertThat(first.text("Caller-ANI")).isEqualTo(truth.ani());
            assertThat(first.text("Call-Direction")).isEqualTo(truth.direction());
            assertThat(first.text("Caller-Channel-Created-Time")).isEqualTo(Long.toString(truth.createdMicros()));
            assertThat(first.text("variable_originator")).isEqualTo(truth.parent().orElse(""));
            assertThat(first.text("Core-UUID")).isEqualTo(core).isEqualTo(truth.coreUuid());
            String tenant = List.of("variable_tenant", "variable_domain_name", "variable_dialed_domain").stream()
                    .map(first::text)
                    .filter(text -> !text.isEmpty()).findFirst().orElse("");
            assertThat(tenant).isEqualTo(truth.tenantKnown() ? TENANT : "");

            EventData end = only(events, truth.uuid(), "CHANNEL_HANGUP_COMPLETE");
            assertThat(end.text("Caller-Channel-Created-Time")).isEqualTo(Long.toString(truth.createdMicros()));
            assertThat(end.text("Caller-Channel-Answered-Time")).isEqualTo(Long.toString(truth.answeredMicros()));
            assertThat(end.text("Caller-Channel-Hangup-Time")).isEqualTo(Long.toString(truth.hangupMicros()));
            assertThat(end.text("Hangup-Cause")).isEqualTo(truth.hangupCause())
                    .isEqualTo(end.text("variable_hangup_cause"));
            assertThat(count(events, truth.uuid(), "CHANNEL_ANSWER")).isEqualTo(truth.answered() ? 1 : 0);
        }
    }

    private static EventData only(List<EventData> events, String uuid, String name) {
        List<EventData> found = events.stream()
                .filter(event -> event.name().equals(name) && event.text("Unique-ID").equals(uuid))
                .toList();
        assertThat(found).as(name + " of " + uuid).hasSize(1);
        return found.getFirst();
    }

    private static long count(List<EventData> events, String uuid, String name) {
        return events.stream().filter(event -> event.name().equals(name) && event.text("Unique-ID").equals(uuid))
                .count();
    }

    @ParameterizedTest
    @EnumSource(CallKind.class)
    void nothingOfTheCapturedCallIsLeftInAnEvent(CallKind kind) {
        List<EventData> captured = Captures.open(CallShape.of(kind).capture()).events();
        String uuids = captured.stream().map(event -> event.text("Unique-ID")).filter(uuid -> !uuid.isEmpty())
                .distinct().collect(Collectors.joining("|"));
        Pattern left = Pattern.compile(uuids + "|tenant-[ab]|" + captured.getFirst().text("Core-UUID")
                + "|1795(37[45])\\d{3}|1795(37[45])\\d{9}|2026-11-22 19:1|4930100|49170111");
        for (EventData event : events(kind)) {
            String text = new String(event.encode(EventFormat.JSON), StandardCharsets.UTF_8);
            assertThat(left.matcher(text).results()
                    .map(found -> text.substring(Math.max(0, found.start() - 60), found.end()))).as(event.name())
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(CallKind.class)
    void durationsAndStampsAgreeWithTheTimesBesideThem(CallKind kind) {
        List<EventData> ends = events(kind).stream().filter(event -> event.name().equals("CHANNEL_HANGUP_COMPLETE"))
                .toList();
        assertThat(ends).hasSameSizeAs(legs(kind));
        for (EventData end : ends) {
            long start = micros(end, "start");
            long answer = micros(end, "answer");
            long hangup = micros(end, "end");
            assertThat(end.text("variable_uduration")).isEqualTo(Long.toString(hangup - start));
            assertThat(end.text("variable_duration")).isEqualTo(Long.toString(hangup / 1_000_000 - start / 1_000_000));
            assertThat(end.text("variable_billusec")).isEqualTo(Long.toString(answer == 0 ? 0 : hangup - answer));
            assertThat(end.text("variable_end_epoch")).isEqualTo(Long.toString(hangup / 1_000_000));
            String stamp = Instant.ofEpochSecond(start / 1_000_000).toString().replace('T', ' ').replace("Z", "");
            assertThat(end.text("variable_start_stamp")).isEqualTo(stamp);
        }
    }

    private static long micros(EventData event, String name) {
        return Long.parseLong(event.text("variable_" + name + "_uepoch"));
    }

    @ParameterizedTest
    @EnumSource(CallKind.class)
    void renderedBytesAreWhatTheExactEncodersMakeOfTheHeaders(CallKind kind) {
        SwitchCore core = new SwitchCore(SwitchOptions.defaults());
        CallTemplate template = CallTemplate.all().get(kind);
        CallBinding call = new CallBinding(plan(kind).withNumbers("+49 (1)|%41", "0\"7\\8"), template, core);
        for (TemplateEvent event : template.events()) {
            for (EventFormat format : EventFormat.values()) {
                assertThat(new String(event.frame(format, call, 77), StandardCharsets.UTF_8))
                        .isEqualTo(new String(event.data(call, 77).frame(format), StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void sizesAreThoseOfRealEventsAndJsonIsAcceptedByACommonParser() {
        Map<String, List<Integer>> sizes = new TreeMap<>();
        JsonMapper mapper = JsonMapper.builder().build();
        for (EventData event : events(CallKind.BRIDGED)) {
            byte[] json = event.encode(EventFormat.JSON);
            assertThat(mapper.readTree(json).get("Event-Name").asString()).isEqualTo(event.name());
            sizes.computeIfAbsent(event.name(), name -> new ArrayList<>()).add(json.length);
        }
        assertThat(sizes.get("CHANNEL_CREATE")).allSatisfy(size -> assertThat(size).isBetween(4_800, 6_000));
        assertThat(sizes.get("CHANNEL_ANSWER")).allSatisfy(size -> assertThat(size).isBetween(7_500, 8_500));
        assertThat(sizes.get("CHANNEL_HANGUP_COMPLETE")).allSatisfy(size -> assertThat(size).isBetween(11_000, 13_500));
    }
}

package io.offhook.testkit.freeswitch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class PlaybackTest {

    static Stream<Arguments> captures() {
        return Captures.names().stream()
                .flatMap(name -> Stream.of(EventFormat.values()).map(format -> Arguments.of(name, format)));
    }

    /** The captured bytes behind the handshake, cut by a rule of their own: three frames that end with a blank line. */
    private static byte[] recorded(String name, EventFormat format) throws IOException {
        try (InputStream in = new GZIPInputStream(
                PlaybackTest.class.getResourceAsStream("/esl-captures/" + name + "." + format.word() + ".esl.gz"))) {
            byte[] all = in.readAllBytes();
            int at = 0;
            for (int blanks = 0; blanks < 3; at++) {
                blanks += all[at] == '\n' && all[at + 1] == '\n' ? 1 : 0;
            }
            return Arrays.copyOfRange(all, at + 1, all.length);
        }
    }

    @ParameterizedTest
    @MethodSource("captures")
    void aClientReceivesExactlyTheCapturedBytes(String name, EventFormat format) throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start()) {
            byte[] recorded = recorded(name, format);
            server.play(name, PlayOptions.fast().withCloseAtEnd(true));
            try (RawClient client = RawClient.subscribed(server, "event " + format.word() + " ALL")) {
                assertThat(client.rest()).isEqualTo(recorded);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("chunkings")
    void piecesOfAnySizeMakeTheSameBytes(long seed, int longest) throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start()) {
            server.faults().splitWrites(seed, longest);
            server.play("s01_inbound_app", PlayOptions.fast().withCloseAtEnd(true));
            try (RawClient client = RawClient.subscribed(server, "event json ALL")) {
                assertThat(client.rest()).isEqualTo(recorded("s01_inbound_app", EventFormat.JSON));
            }
        }
    }

    static Stream<Arguments> chunkings() {
        return Stream.of(Arguments.of(1L, 1), Arguments.of(2L, 7), Arguments.of(3L, 1000), Arguments.of(4L, 1000));
    }

    @Test
    void aSubscriptionGetsItsShareInOrderAndEveryFrameWhenAsked() throws Exception {
        List<String> all = Captures.open("s02_bridge_a_hangs_up").events().stream().map(EventData::name).toList();
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start()) {
            server.play("s02_bridge_a_hangs_up", PlayOptions.fast().withCloseAtEnd(true));
            try (RawClient client = RawClient.subscribed(server, "event json CHANNEL_CREATE CHANNEL_HANGUP_COMPLETE")) {
                assertThat(names(client)).isEqualTo(all.stream()
                        .filter(name -> name.equals("CHANNEL_CREATE") || name.equals("CHANNEL_HANGUP_COMPLETE"))
                        .toList());
            }
            server.play("s02_bridge_a_hangs_up", PlayOptions.fast().withCloseAtEnd(true).withEveryFrame(true));
            try (RawClient client = RawClient.subscribed(server, "event json CHANNEL_CREATE")) {
                assertThat(names(client)).isEqualTo(all);
            }
        }
    }

    private static List<String> names(RawClient client) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write("Content-Type: auth/request\n\n".getBytes(StandardCharsets.US_ASCII));
        all.write(client.rest());
        return Capture.parse("received", all.toByteArray(), all.toByteArray()).events().stream().map(EventData::name)
                .toList();
    }

    @Test
    void commandsAnswerByTheStateThatTheCaptureHasReached() throws Exception {
        SwitchOptions options = SwitchOptions.defaults().withShowChannelsDelay(Duration.ZERO);
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(options);
                RawClient client = RawClient.subscribed(server, "event json CHANNEL_CREATE")) {
            assertThat(server.api("show channels as json")).isEqualTo("{\"row_count\": 0}\n");
            Playback playback = server.play("s19_gap.before", PlayOptions.fast().withWaitForSubscriber(false));
            assertThat(playback.await(Duration.ofSeconds(5))).isTrue();
            String core = client.event("CHANNEL_CREATE").text("Core-UUID");
            assertThat(server.coreUuid()).isEqualTo(core);

            String rows = server.api("show channels as json");
            for (EventData captured : List
                    .of(EventJson.parse(Captures.bytes("s19_gap.uuid_dump.outbound.1003.json")))) {
                String uuid = captured.text("Unique-ID");
                assertThat(server.api("uuid_exists " + uuid)).isEqualTo("true");
                assertThat(rows).contains("\"uuid\":\"" + uuid + "\",\"direction\":\"outbound\"");
                EventData dump = EventJson.parse(
                        server.api("uuid_dump " + uuid + " json").getBytes(StandardCharsets.UTF_8));
                assertThat(dump.name()).isEqualTo("CHANNEL_DATA");
                for (String header : List.of("Unique-ID", "Caller-Channel-Created-Time", "Caller-Channel-Answered-Time",
                        "Caller-Destination-Number", "Answer-State", "variable_originator", "Core-UUID")) {
                    assertThat(dump.text(header)).as(header).isEqualTo(captured.text(header));
                }
            }
            assertThat(server.api("uuid_exists nobody")).isEqualTo("false");
            assertThat(server.api("uuid_dump nobody")).isEqualTo("-ERR No such channel!\n");
        }
    }

    @Test
    void capturedTimeIsScaled() throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start();
                RawClient client = RawClient.subscribed(server, "event json CHANNEL_HANGUP_COMPLETE")) {
            long start = System.nanoTime();
            Playback playback = server.play("s01_inbound_app",
                    PlayOptions.fast().withTimeFactor(0.1).withWaitForSubscriber(false));
            client.event("CHANNEL_HANGUP_COMPLETE");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(195),
                    Duration.ofSeconds(3));
            await().until(playback::finished);
            assertThat(playback.played()).isEqualTo(34);
        }
    }

    @Test
    void aClientThatWasAwayHasMissedWhatWasPlayed() throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start()) {
            server.play("s17_kill9", PlayOptions.fast().withWaitForSubscriber(false)).await(Duration.ofSeconds(5));
            try (RawClient late = RawClient.subscribed(server, "event json ALL")) {
                server.faults().heartbeatNow();
                assertThat(late.frame().json().name()).isEqualTo("HEARTBEAT");
            }
        }
    }
}
